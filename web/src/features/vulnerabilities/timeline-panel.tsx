import { Text, Timeline } from '@mantine/core';
import { IconArrowsExchange, IconCards, IconClock, IconRobot, IconScan, IconUser } from '@tabler/icons-react';
import type { TimelineEntry } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Failed, Loading, When } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';
import { Panel } from '../../kit/panel.tsx';
import { useTimeline } from './queries.ts';

const icons = { scan: IconScan, card: IconCards, person: IconUser, expiry: IconClock, system: IconRobot };

/** What happened, by whom, and why: everything automatic has its cause here. */
export function TimelinePanel({ id }: { readonly id: string }) {
  const timeline = useTimeline(id);
  return (
    <Panel title={words.detail.timeline}>
      {timeline.isPending ? <Loading /> : null}
      {timeline.error === null ? null : <Failed error={timeline.error} />}
      <Timeline bulletSize={26} lineWidth={2} active={-1}>
        {timeline.data?.items.map((entry) => {
          const Icon = icons[entry.cause.kind] ?? IconArrowsExchange;
          return (
            <Timeline.Item key={entry.id} bullet={<Icon size={15} aria-hidden />} title={titleOf(entry)}>
              {entry.note === null ? null : (
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {entry.note}
                </Text>
              )}
              <Text size="xs" c="dimmed">
                {entry.actor.name} · <When time={entry.at} />
              </Text>
            </Timeline.Item>
          );
        })}
      </Timeline>
    </Panel>
  );
}

const kinds: Readonly<Record<string, string>> = {
  severity: 'Severity changed',
  card: 'Card moved',
  drift: 'The two sides differ',
  conflict: 'Both sides changed',
  link: 'Card linked',
  comment: 'Comment',
  merge: 'Merged',
  edit: 'Edited',
  detection: 'Detection',
};

function titleOf(entry: TimelineEntry): string {
  if (entry.to === null) {
    return kinds[entry.kind] ?? entry.kind;
  }
  const to = words.status[entry.to] ?? entry.to;
  return entry.from === null ? to : `${words.status[entry.from] ?? entry.from} → ${to}`;
}
