import { Anchor, Breadcrumbs, Grid, Group, Stack, Table, Text } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Failed, Loading, Severity, Status, When } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Page } from '../../kit/page.tsx';
import { Panel } from '../../kit/panel.tsx';
import { day } from '../../kit/time.ts';
import { hasDialog, isTyping } from '../../shell/keys.ts';
import { words } from '../../words/words.ts';
import { CardPanel } from './card-panel.tsx';
import { DecisionPanel } from './decision-panel.tsx';
import { FactsPanel } from './facts-panel.tsx';
import { Due } from './list-row.tsx';
import { MergePanel } from './merge-panel.tsx';
import { PartOf } from './part-of.tsx';
import { placeOf } from './place.ts';
import { useVulnerability } from './queries.ts';
import { RetestPanel } from './retest-panel.tsx';
import { TimelinePanel } from './timeline-panel.tsx';
import { WhyPanel } from './why-panel.tsx';

const text = words.detail;

export function DetailPage() {
  const { id } = useParams({ from: '/inside/vulnerabilities/$id' });
  const query = useVulnerability(id);
  useDetailKeys();
  if (query.isPending) {
    return <Loading />;
  }
  if (query.error !== null) {
    return <Failed error={query.error} retry={() => void query.refetch()} />;
  }
  return <Detail vulnerability={query.data} />;
}

/** `e` to the status, `c` to the comment, Escape back to the list. */
function useDetailKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || hasDialog()) {
        return;
      }
      const places: Readonly<Record<string, string>> = { e: '#decision input', c: '#comment' };
      const target = document.querySelector<HTMLElement>(places[event.key] ?? 'none');
      if (target !== null) {
        event.preventDefault();
        target.focus();
      } else if (event.key === 'Escape' && history.length > 1) {
        history.back();
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [navigate]);
}

function Detail({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const above = (
    <Breadcrumbs>
      <Anchor renderRoot={(props) => <Link to="/vulnerabilities" {...props} />}>{words.nav.vulnerabilities}</Anchor>
      <Text>#{vulnerability.id}</Text>
    </Breadcrumbs>
  );
  return (
    <Page title={vulnerability.title} above={above}>
      <PartOf vulnerability={vulnerability} />
      <Group gap="sm">
        <Severity severity={vulnerability.severity} />
        <Status status={vulnerability.status} />
        <Text size="sm">
          {text.since} <When time={vulnerability.statusChangedAt} />
        </Text>
        <DetectionLine vulnerability={vulnerability} />
        {vulnerability.dueAt === null ? null : (
          <Group gap={6}>
            <Text size="sm">{text.due}</Text>
            <Text size="sm" component="div">
              <Due at={vulnerability.dueAt} />
            </Text>
          </Group>
        )}
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <FactsPanel vulnerability={vulnerability} />
            <WhyPanel id={vulnerability.id} />
            <TimelinePanel id={vulnerability.id} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack>
            <CardPanel id={vulnerability.id} links={vulnerability.links} />
            <Only role="developer">
              <DecisionPanel vulnerability={vulnerability} />
            </Only>
            <Identity vulnerability={vulnerability} />
            <Detections vulnerability={vulnerability} />
            <Only role="analyst">
              <RetestPanel vulnerability={vulnerability} />
            </Only>
            <MergePanel vulnerability={vulnerability} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

/** Whether scans still see it: another thing than its status. */
function DetectionLine({ vulnerability: { detections, lastSeenAt } }: { readonly vulnerability: Vulnerability }) {
  if (detections.length === 0) {
    return null;
  }
  const seen = detections.filter(({ state }) => state === 'detected');
  const Icon = seen.length > 0 ? IconEye : IconEyeOff;
  return (
    <Group gap={4}>
      <Icon size={16} aria-hidden />
      <Text size="sm">
        {seen.length > 0 ? text.seenIn(seen.length) : text.notSeen}, {text.lastSeen} <When time={lastSeenAt} />
      </Text>
    </Group>
  );
}

function Identity({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const { assetId, assetName, tool, ruleId, cve, cwe, location, firstSeenAt, reason, expiresAt } = vulnerability;
  const ids = [...cve, ...cwe.map((number) => `CWE-${number}`)].join(', ');
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    [
      text.asset,
      <Anchor key="asset" size="sm" renderRoot={(props) => <Link to="/assets/$id" params={{ id: assetId }} {...props} />}>
        {assetName}
      </Anchor>,
    ],
    [text.place, placeOf(location)],
    [text.tool, tool],
    [text.rule, ruleId],
    [text.identifiers, ids === '' ? null : ids],
    [text.firstSeen, <When key="first" time={firstSeenAt} />],
    [text.decidedBecause, reason],
    [text.acceptedUntil, expiresAt === null ? null : day(expiresAt)],
  ];
  return (
    <Panel title={text.identifiers}>
      <Table verticalSpacing={4} horizontalSpacing={0} withRowBorders={false} layout="fixed">
        <Table.Tbody>
          {rows.map(([label, value]) =>
            value === null ? null : (
              <Table.Tr key={label}>
                <Table.Td w={110} c="dimmed" fz="sm" style={{ verticalAlign: 'top' }}>
                  {label}
                </Table.Td>
                <Table.Td fz="sm" style={{ overflowWrap: 'anywhere' }}>
                  {value}
                </Table.Td>
              </Table.Tr>
            ),
          )}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

function Detections({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  return (
    <Panel title={text.detection}>
      {vulnerability.detections.map(({ scope, state, scanId, lastSeenAt }) => (
        <Stack key={scope.id} gap={0}>
          <Text fw={500} size="sm">
            {words.detection[state]}
          </Text>
          <Text size="sm" c="dimmed">
            {[scope.tool, scope.branch, scope.category].filter((word) => word !== null).join(' · ')}, {text.lastSeen} <When time={lastSeenAt} />{' '}
            {scanId === null ? null : (
              <Anchor size="sm" underline="always" renderRoot={(props) => <Link to="/scans/$id" params={{ id: scanId }} {...props} />}>
                {text.seeScan}
              </Anchor>
            )}
          </Text>
        </Stack>
      ))}
    </Panel>
  );
}
