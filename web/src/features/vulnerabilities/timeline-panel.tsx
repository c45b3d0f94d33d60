import { Anchor, Button, Code, Group, Popover, SegmentedControl, Stack, Text, Textarea, Timeline } from '@mantine/core';
import { IconCards, IconClock, IconMessage, IconRobot, IconScan, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { TimelineEntry } from '../../../../src/contracts/api/vulnerabilities.ts';
import { CopyIcon } from '../../kit/copy-field.tsx';
import { Failed, Loading, When } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { useComment, useTimeline } from './queries.ts';

const icons = { scan: IconScan, card: IconCards, person: IconUser, expiry: IconClock, system: IconRobot };
const text = words.detail;
const kept: Readonly<Record<string, (entry: TimelineEntry) => boolean>> = {
  all: () => true,
  status: ({ kind }) => kind === 'status' || kind === 'severity' || kind === 'detection',
  card: ({ kind }) => kind === 'card' || kind === 'link' || kind === 'drift' || kind === 'conflict',
  comment: ({ kind }) => kind === 'comment',
};

/** What happened, by whom, and why: everything automatic has its cause here. */
export function TimelinePanel({ id }: { readonly id: string }) {
  const timeline = useTimeline(id);
  const [only, setOnly] = useState('all');
  const entries = (timeline.data?.pages.flatMap((page) => page.items) ?? []).filter(kept[only] ?? (() => true));
  const filter = (
    <SegmentedControl
      size="xs"
      aria-label={text.timeline}
      value={only}
      onChange={setOnly}
      data={[
        { value: 'all', label: text.filterAll },
        { value: 'status', label: text.filterStatus },
        { value: 'card', label: text.filterCard },
        { value: 'comment', label: text.filterComment },
      ]}
    />
  );
  return (
    <Panel title={text.timeline} actions={filter}>
      <Only role="developer">
        <Comment id={id} />
      </Only>
      {timeline.isPending ? <Loading /> : null}
      {timeline.error === null ? null : <Failed error={timeline.error} />}
      <Timeline bulletSize={28} lineWidth={2} active={-1}>
        {entries.map((entry) => {
          const Icon = entry.kind === 'comment' ? IconMessage : icons[entry.cause.kind];
          return (
            <Timeline.Item key={entry.id} bullet={<Icon size={15} aria-hidden />} title={titleOf(entry)}>
              {entry.note === null ? null : (
                <Text size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                  {entry.note}
                </Text>
              )}
              <Group gap={6}>
                <Text size="xs" c="dimmed">
                  {entry.actor.name} · <When time={entry.at} />
                </Text>
                {entry.cause.kind === 'person' ? null : <Why entry={entry} />}
              </Group>
            </Timeline.Item>
          );
        })}
      </Timeline>
      {timeline.hasNextPage ? (
        <Button variant="default" size="xs" loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
          {words.more}
        </Button>
      ) : null}
    </Panel>
  );
}

function Why({ entry }: { readonly entry: TimelineEntry }) {
  const { kind, scanId, ...facts } = entry.cause;
  const shown = Object.entries(facts).filter(([, value]) => value !== null && typeof value !== 'object');
  return (
    <Popover width={340} position="bottom-start" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Anchor component="button" type="button" size="xs">
          {text.why}
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown aria-label={text.whyTitle}>
        <Stack gap="xs">
          <Text size="sm">{words.cause[kind]}</Text>
          {shown.map(([name, value]) => (
            <Text key={name} size="xs" style={{ overflowWrap: 'anywhere' }}>
              {name}: <Code>{String(value)}</Code>
            </Text>
          ))}
          {typeof scanId === 'string' ? (
            <Anchor size="sm" renderRoot={(props) => <Link to="/scans/$id" params={{ id: scanId }} {...props} />}>
              {text.seeScan}
            </Anchor>
          ) : null}
          {entry.correlationId === null ? null : (
            <Group gap={4} wrap="nowrap">
              <Text size="xs" c="dimmed" truncate>
                {text.correlation}: {entry.correlationId}
              </Text>
              <CopyIcon value={entry.correlationId} label={`${words.copy}: ${text.correlation}`} />
            </Group>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Comment({ id }: { readonly id: string }) {
  const comment = useComment(id);
  const [typed, setTyped] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        comment.mutate(typed, { onSuccess: () => setTyped('') });
      }}
    >
      <Stack gap="xs">
        <Textarea id="comment" aria-label={text.comment} placeholder={text.commentPlaceholder} autosize minRows={1} maxRows={8} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        {typed.trim() === '' ? null : (
          <Group>
            <Button type="submit" size="xs" loading={comment.isPending}>
              {text.commentSave}
            </Button>
          </Group>
        )}
        {comment.error === null ? null : <Failed error={comment.error} />}
      </Stack>
    </form>
  );
}

function titleOf(entry: TimelineEntry): string {
  if (entry.to === null) {
    return words.timelineKind[entry.kind] ?? entry.kind;
  }
  const to = words.status[entry.to] ?? entry.to;
  return entry.from === null ? to : `${words.status[entry.from] ?? entry.from} → ${to}`;
}
