import { Anchor, Breadcrumbs, Group, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import type { Scan } from '../../../../src/contracts/api/scans.ts';
import { Failed, Loading, When } from '../../kit/faces.tsx';
import { Page } from '../../kit/page.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { useAsset } from '../assets/queries.ts';
import { HoldsPanel } from '../activity/holds-panel.tsx';
import { useScan } from './queries.ts';
import { ScanResult } from './scan-result.tsx';
import { ScanStatus } from './scan-rows.tsx';

export function ScanPage() {
  const { id } = useParams({ from: '/inside/scans/$id' });
  const scan = useScan(id);
  if (scan.isPending) {
    return <Loading />;
  }
  if (scan.error !== null) {
    return <Failed error={scan.error} retry={() => void scan.refetch()} />;
  }
  return <Shown scan={scan.data} />;
}

function Shown({ scan }: { readonly scan: Scan }) {
  const asset = useAsset(scan.assetId);
  const above = (
    <Breadcrumbs>
      <Anchor renderRoot={(props) => <Link to="/scans" {...props} />}>{words.nav.scans}</Anchor>
      <Anchor renderRoot={(props) => <Link to="/assets/$id" params={{ id: scan.assetId }} {...props} />}>{asset.data?.name ?? words.scans.asset}</Anchor>
    </Breadcrumbs>
  );
  return (
    <Page title={(scan.kind === 'report' ? scan.tool : null) ?? words.scans.kind[scan.kind] ?? words.scans.details} above={above}>
      <Group gap="md">
        <ScanStatus status={scan.status} />
        {scan.error === null ? <ScanResult scan={scan} /> : null}
      </Group>
      {scan.error === null ? null : <Failed error={new Error([scan.error.message, scan.error.where, scan.error.hint].filter((word) => word !== null).join(' '))} />}
      {scan.status === 'held' ? <HoldsPanel scanId={scan.id} /> : null}
      <Panel title={words.scans.details}>
        <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }}>
          {factsOf(scan).map(({ label, value }) => (
            <Stack key={label} gap={0}>
              <Text size="xs" c="dimmed">
                {label}
              </Text>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }} component="div">
                {value}
              </Text>
            </Stack>
          ))}
        </SimpleGrid>
      </Panel>
      {scan.summary === null || scan.summary.complaints.length === 0 ? null : (
        <Panel title={words.scans.complaints}>
          <List size="sm">
            {scan.summary.complaints.map((complaint, index) => (
              <List.Item key={index}>
                {complaint.message} {complaint.where}
              </List.Item>
            ))}
          </List>
        </Panel>
      )}
    </Page>
  );
}

function factsOf(scan: Scan) {
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    ['tool', scan.tool],
    ['branch', scan.branch],
    ['category', scan.category],
    ['commit', scan.commit],
    ['coverage', words.scans.wholeCoverage[scan.coverage]],
    ['trigger', words.scans.trigger[scan.trigger]],
    ['format', scan.format],
    ['author', scan.author],
    ['started', <When key="started" time={scan.startedAt} />],
    ['received', <When key="received" time={scan.receivedAt} />],
    ['finished', scan.finishedAt === null ? null : <When key="finished" time={scan.finishedAt} />],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [{ label: words.scans.facts[name] ?? name, value }]));
}
