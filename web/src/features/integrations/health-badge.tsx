import { Badge } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlayerPause, IconProgressAlert } from '@tabler/icons-react';
import { words } from '../../words/words.ts';

const faces = {
  healthy: { color: '#1f6f35', icon: IconCircleCheck },
  degraded: { color: '#8a6100', icon: IconProgressAlert },
  paused: { color: '#495057', icon: IconPlayerPause },
  action_needed: { color: '#a51111', icon: IconAlertTriangle },
} as const;

/** One badge for health, with the same words everywhere. */
export function HealthBadge({ state }: { readonly state: keyof typeof faces }) {
  const { color, icon: Icon } = faces[state];
  return (
    <Badge color={color} radius="sm" tt="none" autoContrast leftSection={<Icon size={13} aria-hidden />}>
      {words.health[state]}
    </Badge>
  );
}
