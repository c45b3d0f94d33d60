import { Anchor, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Scan } from '../../../../src/contracts/api/scans.ts';
import { words } from '../../words/words.ts';

/** "12 new, 340 unchanged, 3 fixed, 5 held": each number leads to its list. */
export function ScanResult({ scan }: { readonly scan: Scan }) {
  const { summary, error } = scan;
  if (error !== null) {
    return (
      <Text size="sm" lineClamp={2}>
        {error.message}
      </Text>
    );
  }
  if (summary === null && (scan.status === 'planned' || scan.status === 'running')) {
    return <Text size="sm">{words.scans.byPerson}</Text>;
  }
  if (summary === null) {
    return <Text size="sm">{words.scans.processing(scan.progress.findings)}</Text>;
  }
  const seen = { scanId: scan.id, status: ['all'] };
  const results = [
    { label: words.scans.created(summary.created), count: summary.created, search: { ...seen, scanResult: 'created' } },
    { label: words.scans.reappeared(summary.reappeared), count: summary.reappeared, search: seen },
    { label: words.scans.unchanged(summary.unchanged), count: summary.unchanged, search: seen },
    { label: words.scans.fixed(summary.fixed), count: summary.fixed, search: { ...seen, scanResult: 'fixed' } },
  ].filter(({ count }) => count > 0);
  return (
    <Group gap="xs">
      {results.length === 0 && summary.held === 0 ? <Text size="sm">{words.scans.findings(summary.findings)}</Text> : null}
      {results.map(({ label, search }) => (
        <Anchor key={label} size="sm" renderRoot={(props) => <Link to="/vulnerabilities" search={search} {...props} />}>
          {label}
        </Anchor>
      ))}
      {summary.held > 0 ? (
        <Anchor size="sm" renderRoot={(props) => <Link to="/activity" search={{ group: 'holds' }} {...props} />}>
          {words.scans.held(summary.held)}
        </Anchor>
      ) : null}
    </Group>
  );
}
