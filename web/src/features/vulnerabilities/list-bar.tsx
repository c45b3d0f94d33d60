import { Badge, Button, Checkbox, Chip, Group, Menu, Pill, Select, Stack, Tabs, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconAdjustments, IconDownload, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Counts } from '../../../../src/contracts/api/vulnerabilities.ts';
import { words } from '../../words/words.ts';
import { useAssets } from '../assets/queries.ts';
import type { Look } from './columns.ts';
import { choosable, columnLabel } from './columns.ts';
import type { Filters } from './filters.ts';
import { filterQuery, isNarrowed, openStatuses } from './filters.ts';
import { ViewsMenu } from './views-menu.tsx';

const severities = ['critical', 'high', 'medium', 'low', 'informational'];
const statuses = ['identified', 'in_progress', 'awaiting_validation', 'fixed', 'risk_accepted', 'false_positive'];

interface Facts {
  readonly filters: Filters;
  readonly change: (next: Filters) => void;
  readonly replace: (next: Filters) => void;
  readonly counts: Counts | undefined;
  readonly look: Look;
  readonly setLook: (look: Look) => void;
}

export function ListBar(facts: Facts) {
  return (
    <Stack gap="sm">
      <StatusTabs {...facts} />
      <Group gap="sm" align="center">
        <Search {...facts} />
        <AssetPicker {...facts} />
        <Select
          aria-label={words.list.sort}
          w={210}
          allowDeselect={false}
          value={facts.filters.sort ?? 'severity'}
          onChange={(sort) => facts.change({ sort: sort === 'severity' || sort === null ? undefined : sort })}
          data={Object.entries(words.list.sorts).map(([value, label]) => ({ value, label }))}
        />
        <ViewsMenu filters={facts.filters} replace={facts.replace} />
        <LookMenu look={facts.look} setLook={facts.setLook} />
        <ExportMenu filters={facts.filters} />
      </Group>
      <Group gap="xs">
        <Severities {...facts} />
        <Choice label={words.list.columns['due'] ?? ''} any={words.list.anyDue} value={facts.filters.due} onChange={(due) => facts.change({ due })} names={{ overdue: words.overview.overdue, soon: words.overview.dueSoon }} />
        <Choice label={words.list.columns['card'] ?? ''} any={words.list.anyCard} value={facts.filters.cardState?.join(' ')} onChange={(states) => facts.change({ cardState: states?.split(' ') })} names={cardStates} />
        <Narrowings {...facts} />
      </Group>
    </Stack>
  );
}

function StatusTabs({ filters, change, counts }: Facts) {
  const [first, ...others] = filters.status ?? ['open'];
  const tab = others.length === 0 ? first : 'open';
  const count = (names: readonly string[]) => names.reduce((sum, name) => sum + (counts?.byStatus[name] ?? 0), 0);
  const tabs = [
    { value: 'open', label: words.list.open, count: count(openStatuses) },
    ...statuses.map((status) => ({ value: status, label: words.status[status] ?? status, count: count([status]) })),
    { value: 'all', label: words.list.all, count: count(statuses) },
  ];
  return (
    <Tabs value={tab} onChange={(value) => change({ status: value === 'open' || value === null ? undefined : [value] })}>
      <Tabs.List aria-label={words.list.statusTabs} style={{ flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' }}>
        {tabs.map(({ value, label, count: number }) => (
          <Tabs.Tab
            key={value}
            value={value}
            px={10}
            rightSection={
              counts === undefined ? null : (
                <Badge variant="default" size="sm" tt="none">
                  {number.toLocaleString()}
                </Badge>
              )
            }
          >
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  );
}

function Search({ filters, change }: Facts) {
  const wanted = filters.q ?? '';
  const [typed, setTyped] = useState(wanted);
  const [sent, setSent] = useState(wanted);
  if (wanted !== sent) {
    // A view, a link or “clear” chose other words.
    setSent(wanted);
    setTyped(wanted);
  }
  const search = useDebouncedCallback((q: string) => {
    setSent(q);
    change({ q: q === '' ? undefined : q });
  }, 250);
  return (
    <TextInput
      type="search"
      aria-label={words.list.search}
      placeholder={words.list.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
      flex="1 1 16rem"
    />
  );
}

function AssetPicker({ filters, change }: Facts) {
  const assets = useAssets();
  return (
    <Select
      aria-label={words.list.asset}
      placeholder={words.list.anyAsset}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `${words.remove}: ${words.list.asset}` }}
      w={190}
      value={filters.assetId ?? null}
      onChange={(assetId) => change({ assetId: assetId ?? undefined })}
      data={(assets.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

function Severities({ filters, change, counts }: Facts) {
  return (
    <Chip.Group multiple value={[...(filters.severity ?? [])]} onChange={(value) => change({ severity: value.length === 0 ? undefined : value })}>
      <Group gap={6}>
        {severities.map((severity) => (
          <Chip key={severity} value={severity} size="xs">
            {words.severity[severity]} {counts?.bySeverity[severity] ?? ''}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

/** Those that go together are asked for together. */
const cardStates = { none: words.list.noCard, 'lost inaccessible': `${words.link['lost']}, ${words.link['inaccessible']}`, ...words.link };

interface ChoiceFacts {
  readonly label: string;
  readonly any: string;
  readonly names: Readonly<Record<string, string>>;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

function Choice({ label, any, names, value, onChange }: ChoiceFacts) {
  return (
    <Select
      aria-label={label}
      placeholder={any}
      size="xs"
      w={160}
      clearable
      clearButtonProps={{ 'aria-label': `${words.remove}: ${label}` }}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      data={Object.entries(names).map(([name, text]) => ({ value: name, label: text }))}
    />
  );
}

/** What came by a link and has no control of its own: shown, and taken away by a press. */
function Narrowings({ filters, change, replace }: Facts) {
  const shown = [
    { name: 'tool', label: filters.tool },
    { name: 'scanId', label: filters.scanId === undefined ? undefined : words.scans.details },
  ];
  return (
    <>
      {shown.map(({ name, label }) =>
        label === undefined ? null : (
          <Pill key={name} withRemoveButton size="md" removeButtonProps={{ 'aria-label': `${words.remove}: ${label}`, 'aria-hidden': false, tabIndex: 0 }} onRemove={() => change({ [name]: undefined, ...(name === 'scanId' ? { scanResult: undefined } : {}) })}>
            {label}
          </Pill>
        ),
      )}
      {isNarrowed(filters) ? (
        <Button size="compact-xs" variant="subtle" onClick={() => replace({})}>
          {words.list.clear}
        </Button>
      ) : null}
    </>
  );
}

function LookMenu({ look, setLook }: { readonly look: Look; readonly setLook: (look: Look) => void }) {
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconAdjustments size={16} aria-hidden />}>
          {words.list.chooseColumns}
        </Button>
      </Menu.Target>
      <Menu.Dropdown p="sm">
        <Checkbox.Group label={words.list.chooseColumns} value={[...look.columns]} onChange={(value) => setLook({ ...look, columns: choosable.filter((column) => value.includes(column)) })}>
          <Stack gap={6} mt={6}>
            {choosable.map((column) => (
              <Checkbox key={column} value={column} label={columnLabel(column)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Menu.Divider my="sm" />
        <Checkbox label={words.list.dense} checked={look.dense} onChange={(event) => setLook({ ...look, dense: event.currentTarget.checked })} />
      </Menu.Dropdown>
    </Menu>
  );
}

function ExportMenu({ filters }: { readonly filters: Filters }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          {words.list.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {['csv', 'json', 'sarif'].map((format) => {
          const query = filterQuery(filters);
          query.set('format', format);
          return (
            <Menu.Item key={format} component="a" href={`/api/v1/vulnerabilities/export?${query.toString()}`} download>
              {words.list.exportAs(format.toUpperCase())}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
