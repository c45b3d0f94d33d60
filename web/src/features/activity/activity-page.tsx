import { Badge, Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../kit/page.tsx';
import type { ActivitySearch } from '../../shell/router.tsx';
import { words } from '../../words/words.ts';
import { Deliveries } from './deliveries.tsx';
import { DeliveryDrawer } from './delivery-drawer.tsx';
import { HoldsPanel } from './holds-panel.tsx';
import { OrphansPanel } from './orphans-panel.tsx';
import { useDeliveryCounts, useHolds, useOrphans } from './queries.ts';

const groups = ['all', 'failed', 'neverCompleted', 'held', 'waiting'] as const;
/** The server counts no further: where a number is as good as “many”. */
const countedMax = 10_000;
const { activity } = words;

/** Every delivery, in and out, with the tracker's own words; and what waits for a person. */
export function ActivityPage() {
  const search = useSearch({ from: '/inside/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const counts = useDeliveryCounts(search);
  const holds = useHolds();
  const orphans = useOrphans();
  const change = (next: ActivitySearch) => void navigate({ search: { ...search, ...next }, replace: true });
  const tab = search.group ?? 'all';
  return (
    <Page title={words.nav.activity} lead={activity.lead}>
      <Tabs value={tab} onChange={(value) => change({ group: value === 'all' || value === null ? undefined : value, outcome: undefined })}>
        <Tabs.List aria-label={activity.tabs}>
          {groups.map((group) => (
            <Tab key={group} value={group} label={activity.groups[group] ?? group} count={counts.data?.[group]} alarming={group === 'failed'} />
          ))}
          <Tab value="holds" label={words.holds.tab} count={holds.data?.items.length} alarming />
          <Tab value="orphans" label={words.orphans.title} count={orphans.data?.items.length} alarming />
        </Tabs.List>
      </Tabs>
      {tab === 'holds' ? <HoldsPanel /> : null}
      {tab === 'orphans' ? <OrphansPanel /> : null}
      {tab === 'holds' || tab === 'orphans' ? null : <Deliveries search={search} change={change} count={counts.data?.[groups.find((group) => group === tab) ?? 'all']} />}
      {search.delivery === undefined ? null : <DeliveryDrawer id={search.delivery} onClose={() => change({ delivery: undefined })} />}
    </Page>
  );
}

function Tab({ value, label, count, alarming }: { readonly value: string; readonly label: string; readonly count: number | undefined; readonly alarming?: boolean }) {
  const shown = count === undefined ? '–' : count >= countedMax ? activity.manyShown : count.toLocaleString();
  return (
    <Tabs.Tab
      value={value}
      rightSection={
        <Badge size="sm" radius="sm" variant={alarming === true && (count ?? 0) > 0 ? 'filled' : 'default'} color="#8a6100" autoContrast>
          {shown}
        </Badge>
      }
    >
      {label}
    </Tabs.Tab>
  );
}
