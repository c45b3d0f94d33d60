import { Avatar } from '@mantine/core';

const colors = ['blue', 'teal', 'grape', 'orange'];

/** A tracker's sign: its first letters on its own colour. */
export function TrackerMark({ id, title, size = 40 }: { readonly id: string; readonly title: string; readonly size?: number }) {
  const color = colors[id.length % colors.length];
  return (
    <Avatar size={size} radius="md" color={color} variant="light" aria-hidden>
      {title
        .split(' ')
        .map((word) => word[0])
        .join('')
        .slice(0, 2)}
    </Avatar>
  );
}
