import { Badge } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconClock, IconHandStop, IconMinus } from '@tabler/icons-react';
import { words } from '../../words/words.ts';

const colors: Readonly<Record<string, string>> = { failed: '#a51111', waiting: '#1864ab', held: '#8a6100', succeeded: '#1f6f35' };
const icons: Readonly<Record<string, typeof IconCheck>> = { failed: IconAlertTriangle, waiting: IconClock, held: IconHandStop, succeeded: IconCheck };

export function OutcomeBadge({ outcome }: { readonly outcome: string }) {
  const Icon = icons[outcome] ?? IconMinus;
  return (
    <Badge color={colors[outcome] ?? '#495057'} radius="sm" tt="none" autoContrast leftSection={<Icon size={13} aria-hidden />}>
      {words.outcome[outcome] ?? outcome}
    </Badge>
  );
}
