import { Anchor, Button, Grid, Group, Paper, Progress, SimpleGrid, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCalendarClock, IconCircleCheck, IconHandStop, IconKey, IconPlugConnected, IconUnlink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { lazy, Suspense } from 'react';
import type { z } from 'zod';
import type { Overview } from '../../../../src/contracts/api/overview.ts';
import type { activitySummary } from '../../../../src/contracts/api/sync.ts';
import { severities, statuses } from '../../../../src/core/vocabulary.ts';
import { api } from '../../api.ts';
import { Failed, Loading, Severity, Status, When } from '../../kit/faces.tsx';
import { idle } from '../../kit/idle.ts';
import { Page } from '../../kit/page.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { HealthBadge } from '../integrations/health-badge.tsx';
import { useConnections } from '../integrations/queries.ts';
import { Welcome } from './welcome.tsx';

type Summary = z.infer<typeof activitySummary>;
const text = words.overview;
/** The figures stand before the picture: its library is heavy, and nobody waits for it. */
const TrendChart = lazy(async () => {
  await idle();
  return { default: (await import('./trend-chart.tsx')).TrendChart };
});

/** How many there are, where they stand, and what needs a person. Each number leads to its list. */
export function OverviewPage() {
  const summary = useQuery({ queryKey: ['summary'], queryFn: () => api<Summary>('GET', '/activity/summary') });
  const overview = useQuery({ queryKey: ['summary', 'overview'], queryFn: () => api<Overview>('GET', '/overview') });
  const error = summary.error ?? overview.error;
  if (error !== null) {
    return (
      <Page title={words.nav.overview}>
        <Failed error={error} retry={() => void Promise.all([summary.refetch(), overview.refetch()])} />
      </Page>
    );
  }
  if (summary.data === undefined || overview.data === undefined) {
    return <Loading />;
  }
  return <Shown summary={summary.data} overview={overview.data} />;
}

function Shown({ summary, overview }: { readonly summary: Summary; readonly overview: Overview }) {
  return (
    <Page title={words.nav.overview}>
      <Welcome hasAsset={overview.assets > 0} hasScan={overview.vulnerabilities} hasTracker={summary.connections.length > 0} />
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Figure label={text.overdue} value={overview.due.overdue} search={{ due: 'overdue' }} bad={overview.due.overdue > 0} />
        <Figure label={text.dueSoon} value={overview.due.soon} search={{ due: 'soon' }} />
        <Figure
          label={text.validation}
          value={overview.validation.count}
          search={{ status: ['awaiting_validation'] }}
          note={
            overview.validation.oldestSince === null ? null : (
              <>
                {text.oldest} <When time={overview.validation.oldestSince} />
                <NextScan next={overview.schedules.next} />
              </>
            )
          }
        />
        <Figure label={text.remediate} value={overview.meanDaysToRemediate === null ? '–' : text.days(overview.meanDaysToRemediate)} search={{ status: ['fixed'] }} note={overview.meanDaysToRemediate === null ? text.noFixed : text.remediateLead} />
      </SimpleGrid>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Panel title={text.trend} fills actions={<Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities" {...props} />}>{text.seeOpen}</Anchor>}>
            <Suspense fallback={<Skeleton h={270} />}>
              <TrendChart trend={overview.trend} trendByStatus={overview.trendByStatus} />
            </Suspense>
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Person summary={summary} lost={overview.lostCards} schedules={overview.schedules} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Panel title={text.open} fills>
            <Bars names={severities} counts={summary.openBySeverity} face={(severity) => <Severity severity={severity} />} search={(severity) => ({ severity: [severity] })} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Panel title={text.byStatus} fills>
            <Bars names={statuses} counts={summary.byStatus} face={(status) => <Status status={status} />} search={(status) => ({ status: [status] })} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Connections />
        </Grid.Col>
      </Grid>
    </Page>
  );
}

/** Whoever waits for a validation wants to know when the next scan comes. */
function NextScan({ next }: { readonly next: Overview['schedules']['next'] }) {
  return next === null ? null : (
    <>
      {' · '}
      <Anchor size="xs" renderRoot={(props) => <Link to="/schedules/$id" params={{ id: next.scheduleId }} {...props} />}>
        {words.schedules.nextScan}: {next.assetName}
      </Anchor>{' '}
      <When time={next.at} />
    </>
  );
}

interface FigureFacts {
  readonly label: string;
  readonly value: ReactNode;
  readonly search: object;
  readonly note?: ReactNode;
  readonly bad?: boolean;
}

function Figure({ label, value, search, note, bad }: FigureFacts) {
  return (
    <Paper withBorder p="md" bg="var(--patchboard-surface)">
      <Text size="sm" fw={600} c="dimmed">
        {label}
      </Text>
      <Group gap="xs" align="baseline" mt={4}>
        <Anchor fz={30} fw={700} lh={1.1} c={bad === true ? 'light-dark(#a51111, #ff9b9b)' : undefined} aria-label={`${label}: ${typeof value === 'number' || typeof value === 'string' ? value : ''}`} renderRoot={(props) => <Link to="/vulnerabilities" search={search} {...props} />}>
          {value}
        </Anchor>
      </Group>
      {note === undefined || note === null ? null : (
        <Text size="xs" c="dimmed" component="div" mt={4}>
          {note}
        </Text>
      )}
    </Paper>
  );
}

interface BarFacts {
  readonly names: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly face: (name: string) => ReactNode;
  readonly search: (name: string) => object;
}

function Bars({ names, counts, face, search }: BarFacts) {
  const most = Math.max(1, ...names.map((name) => counts[name] ?? 0));
  return (
    <Stack gap="sm">
      {names.map((name) => (
        <Group key={name} gap="sm" wrap="nowrap">
          <div style={{ width: 168 }}>{face(name)}</div>
          <Progress value={((counts[name] ?? 0) / most) * 100} flex={1} size="sm" aria-hidden color="indigo" />
          <Anchor fw={600} ta="right" miw={36} renderRoot={(props) => <Link to="/vulnerabilities" search={search(name)} {...props} />}>
            {(counts[name] ?? 0).toLocaleString()}
          </Anchor>
        </Group>
      ))}
    </Stack>
  );
}

/** A login that ends within two weeks is told before it does. */
const soonMs = 14 * 86_400_000;

/** What nobody but a person can mend. */
function Person({ summary, lost, schedules }: { readonly summary: Summary; readonly lost: number; readonly schedules: Overview['schedules'] }) {
  const connections = useConnections();
  const attention = connections.data?.items.filter(({ health }) => health.state === 'action_needed').length ?? 0;
  const expiring = connections.data?.items.filter(({ health: { state, credentialExpiresAt } }) => state !== 'action_needed' && credentialExpiresAt !== null && Date.parse(credentialExpiresAt) < Date.now() + soonMs).length ?? 0;
  const failed = summary.deliveries['failed'] ?? 0;
  const lines = [
    { count: attention, label: text.attention(attention), icon: IconPlugConnected, to: '/integrations', search: { mine: true } },
    { count: expiring, label: text.expiring(expiring), icon: IconKey, to: '/integrations', search: { mine: true } },
    { count: summary.holds, label: text.held(summary.holds), icon: IconHandStop, to: '/activity', search: { group: 'holds' } },
    { count: lost, label: text.lost(lost), icon: IconUnlink, to: '/vulnerabilities', search: { status: ['all'], cardState: ['lost', 'inaccessible'] } },
    { count: failed, label: text.dead(failed), icon: IconAlertTriangle, to: '/activity', search: { group: 'failed' } },
    ...(['late', 'missed', 'failed'] as const).map((state) => ({ count: schedules[state], label: words.schedules[state](schedules[state]), icon: IconCalendarClock, to: '/scans', search: { tab: 'schedules' as const } })),
  ].filter(({ count }) => count > 0);
  return (
    <Panel title={text.person} fills>
      {connections.error === null ? null : <Failed error={connections.error} retry={() => void connections.refetch()} />}
      {lines.length === 0 && connections.isSuccess ? (
        <Group gap="xs">
          <IconCircleCheck size={20} aria-hidden />
          <Text>{text.nothing}</Text>
        </Group>
      ) : null}
      {lines.map(({ label, icon: Icon, to, search }) => (
        <Group key={label} gap="sm" wrap="nowrap">
          <ThemeIcon color="#8a6100" variant="filled" size="md" aria-hidden>
            <Icon size={16} />
          </ThemeIcon>
          <Anchor renderRoot={(props) => <Link to={to} search={search} {...props} />}>{label}</Anchor>
        </Group>
      ))}
    </Panel>
  );
}

function Connections() {
  const connections = useConnections();
  const items = connections.data?.items ?? [];
  return (
    <Panel title={text.connections} fills>
      {connections.error === null ? null : <Failed error={connections.error} retry={() => void connections.refetch()} />}
      {connections.isSuccess && items.length === 0 ? (
        <Stack align="flex-start" gap="xs">
          <Text c="dimmed">{text.noConnections}</Text>
          <Button size="xs" renderRoot={(props) => <Link to="/integrations" {...props} />}>
            {text.connect}
          </Button>
        </Stack>
      ) : null}
      {items.map((connection) => (
        <Group key={connection.id} justify="space-between" wrap="nowrap">
          <Anchor truncate renderRoot={(props) => <Link to="/connections/$id" params={{ id: connection.id }} {...props} />}>
            {connection.name}
          </Anchor>
          <Group gap="xs" wrap="nowrap">
            {connection.health.waiting > 0 ? <Text size="sm">{text.waiting(connection.health.waiting)}</Text> : null}
            <HealthBadge state={connection.health.state} />
          </Group>
        </Group>
      ))}
    </Panel>
  );
}
