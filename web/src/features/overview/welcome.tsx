import { Anchor, Group, ThemeIcon } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.overview;

/** The way from an empty installation to the first synced card; it goes away by itself. */
export function Welcome({ hasAsset, hasScan, hasTracker }: { readonly hasAsset: boolean; readonly hasScan: boolean; readonly hasTracker: boolean }) {
  if (hasAsset && hasScan && hasTracker) {
    return null;
  }
  const steps = [
    { label: text.welcomeAsset, done: hasAsset, to: '/assets' },
    { label: text.welcomeScan, done: hasScan, to: '/scans' },
    { label: text.welcomeTracker, done: hasTracker, to: '/integrations' },
  ] as const;
  return (
    <Panel title={text.welcome}>
      <Group gap="xl">
        {steps.map(({ label, done, to }, index) => (
          <Group key={to} gap="xs">
            <ThemeIcon radius="xl" size={26} variant={done ? 'filled' : 'default'} color="#1f6f35">
              {done ? <IconCheck size={15} aria-hidden /> : index + 1}
            </ThemeIcon>
            <Anchor td={done ? 'line-through' : undefined} renderRoot={(props) => <Link to={to} {...props} />}>
              {label}
            </Anchor>
          </Group>
        ))}
      </Group>
    </Panel>
  );
}
