import { Avatar } from '@mantine/core';

const colors = ['#1864ab', '#0b6e7d', '#862e9c', '#a61e4d'];

/** A tracker's sign: its first letters on its own colour. */
export function TrackerMark({ id, title, size = 40 }: { readonly id: string; readonly title: string; readonly size?: number }) {
  const color = colors[id.length % colors.length];
  return (
    <Avatar size={size} radius="md" color={color} variant="filled" aria-hidden>
      {title
        .split(' ')
        .map((word) => word[0])
        .join('')
        .slice(0, 2)}
    </Avatar>
  );
}
