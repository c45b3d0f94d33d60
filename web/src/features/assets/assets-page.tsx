import { Anchor, Badge, Button, Group, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconPlus, IconSearch, IconServer2 } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Asset } from '../../../../src/contracts/api/assets.ts';
import { Empty, Failed, Loading } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Page } from '../../kit/page.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import { words } from '../../words/words.ts';
import { AssetForm } from './asset-form.tsx';
import { useAssets } from './queries.ts';

export function AssetsPage() {
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 250);
  const list = useAssets(q);
  const navigate = useNavigate();
  const [adding, { open, close }] = useDisclosure();
  const add = (
    <Only role="analyst">
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        {words.assets.add}
      </Button>
    </Only>
  );
  const items = list.data?.items ?? [];
  const isEmpty = list.isSuccess && items.length === 0;
  return (
    <Page title={words.nav.assets} lead={words.assets.lead} actions={isEmpty && q === '' ? null : add}>
      {isEmpty && q === '' ? null : (
        <TextInput type="search" aria-label={words.assets.search} placeholder={words.assets.search} leftSection={<IconSearch size={16} aria-hidden />} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} maw={420} />
      )}
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {isEmpty ? (
        <Empty icon={<IconServer2 size={44} stroke={1.3} aria-hidden />} action={q === '' ? add : undefined}>
          {q === '' ? words.assets.empty : words.assets.none}
        </Empty>
      ) : null}
      {items.length > 0 ? <Rows items={items} /> : null}
      {adding ? <AssetForm asset={null} onClose={close} onSaved={(asset) => void navigate({ to: '/assets/$id', params: { id: asset.id } })} /> : null}
    </Page>
  );
}

function Rows({ items }: { readonly items: readonly Asset[] }) {
  const { assets } = words;
  return (
    <TableFrame label={words.nav.assets} minWidth={640}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{assets.name}</Table.Th>
          <Table.Th>{assets.key}</Table.Th>
          <Table.Th>{assets.branch}</Table.Th>
          <Table.Th>{assets.criticality}</Table.Th>
          <Table.Th ta="right">{assets.open}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((asset) => (
          <Table.Tr key={asset.id}>
            <Table.Td>
              <Anchor size="sm" fw={600} renderRoot={(props) => <Link to="/assets/$id" params={{ id: asset.id }} {...props} />}>
                {asset.name}
              </Anchor>
              <Group gap={4} mt={2}>
                {asset.tags.map((tag) => (
                  <Badge key={tag} variant="default" size="xs" tt="none">
                    {tag}
                  </Badge>
                ))}
              </Group>
            </Table.Td>
            <Table.Td>
              <Text size="sm" ff="monospace">
                {asset.key}
              </Text>
            </Table.Td>
            <Table.Td>{asset.defaultBranch}</Table.Td>
            <Table.Td>{asset.criticality === null ? '–' : words.severity[asset.criticality]}</Table.Td>
            <Table.Td ta="right">
              <Anchor size="sm" fw={600} renderRoot={(props) => <Link to="/vulnerabilities" search={{ assetId: asset.id }} {...props} />}>
                {asset.openVulnerabilities ?? 0}
              </Anchor>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableFrame>
  );
}
