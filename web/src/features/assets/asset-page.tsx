import { Anchor, Badge, Breadcrumbs, Button, Grid, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconEdit, IconTrash, IconUpload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Asset } from '../../../../src/contracts/api/assets.ts';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import { api } from '../../api.ts';
import { Failed, Loading } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { Only } from '../../kit/only.tsx';
import { Page } from '../../kit/page.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { AssessmentsPanel } from '../assessments/assessments-panel.tsx';
import { SchedulesPanel } from '../schedules/schedules-list.tsx';
import { ScanRows } from '../scans/scan-rows.tsx';
import { useScans } from '../scans/queries.ts';
import { AssetForm } from './asset-form.tsx';
import { useAsset } from './queries.ts';
import { ScopesPanel } from './scopes-panel.tsx';

export function AssetPage() {
  const { id } = useParams({ from: '/inside/assets/$id' });
  const asset = useAsset(id);
  if (asset.isPending) {
    return <Loading />;
  }
  if (asset.error !== null) {
    return <Failed error={asset.error} retry={() => void asset.refetch()} />;
  }
  return <Shown asset={asset.data} />;
}

function Shown({ asset }: { readonly asset: Asset }) {
  const [editing, edit] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const above = (
    <Breadcrumbs>
      <Anchor renderRoot={(props) => <Link to="/assets" {...props} />}>{words.nav.assets}</Anchor>
      <Text>{asset.key}</Text>
    </Breadcrumbs>
  );
  const actions = (
    <>
      <Only role="analyst">
        <Button leftSection={<IconUpload size={16} aria-hidden />} renderRoot={(props) => <Link to="/scans" search={{ upload: true, assetId: asset.id }} {...props} />}>
          {words.assets.upload}
        </Button>
        <Button variant="default" leftSection={<IconEdit size={16} aria-hidden />} onClick={edit.open}>
          {words.assets.edit}
        </Button>
      </Only>
      <Only role="administrator">
        <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove.open}>
          {words.assets.delete}
        </Button>
      </Only>
    </>
  );
  return (
    <Page title={asset.name} above={above} actions={actions}>
      <Group gap="lg">
        <Anchor fw={600} renderRoot={(props) => <Link to="/vulnerabilities" search={{ assetId: asset.id }} {...props} />}>
          {words.assets.vulnerabilities} ({asset.openVulnerabilities ?? 0})
        </Anchor>
        <Text size="sm">
          {words.assets.branch}: <b>{asset.defaultBranch}</b>
        </Text>
        {asset.repositoryUrl === null ? null : (
          <Anchor href={asset.repositoryUrl} target="_blank" rel="noreferrer" size="sm">
            {asset.repositoryUrl}
          </Anchor>
        )}
        {asset.tags.map((tag) => (
          <Badge key={tag} variant="default" tt="none">
            {tag}
          </Badge>
        ))}
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            <ScopesPanel assetId={asset.id} />
            <SchedulesPanel assetId={asset.id} />
            <Scans assetId={asset.id} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <Effective assetId={asset.id} />
            <AssessmentsPanel assetId={asset.id} />
          </Stack>
        </Grid.Col>
      </Grid>
      {editing ? <AssetForm asset={asset} onClose={edit.close} onSaved={edit.close} /> : null}
      {deleting ? <Delete asset={asset} onClose={remove.close} /> : null}
    </Page>
  );
}

function Scans({ assetId }: { readonly assetId: string }) {
  const list = useScans(assetId);
  const items = list.data?.items ?? [];
  return (
    <Panel title={words.assets.scans}>
      {list.error === null ? null : <Failed error={list.error} />}
      {list.isSuccess && items.length === 0 ? <Text size="sm" c="dimmed">{words.assets.noScopes}</Text> : null}
      {items.length > 0 ? <ScanRows items={items} assets={null} /> : null}
    </Panel>
  );
}

interface Effective {
  readonly configurationId: string | null;
  readonly because: string;
}

/** For each connection: which configuration applies, and why. */
function Effective({ assetId }: { readonly assetId: string }) {
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => api<{ items: readonly ConnectionBody[] }>('GET', '/connections') });
  const applied = useQuery({
    queryKey: ['configurations', 'effective', assetId, connections.data?.items.map(({ id }) => id)],
    enabled: connections.isSuccess,
    queryFn: () =>
      Promise.all((connections.data?.items ?? []).map((one) => api<Effective>('GET', `/assets/${assetId}/effective-configuration?connectionId=${one.id}`).then((found) => ({ ...found, connection: one })))),
  });
  return (
    <Panel title={words.assets.effective}>
      {applied.data?.length === 0 ? <Text size="sm" c="dimmed">{words.assets.noConnections}</Text> : null}
      {applied.error === null ? null : <Failed error={applied.error} />}
      <Table>
        <Table.Tbody>
          {applied.data?.map(({ connection, because }) => (
            <Table.Tr key={connection.id}>
              <Table.Td fw={600}>
                <Anchor size="sm" renderRoot={(props) => <Link to="/connections/$id" params={{ id: connection.id }} {...props} />}>{connection.name}</Anchor>
              </Table.Td>
              <Table.Td>{because}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

/** It cannot be taken back: the name has to be typed. */
function Delete({ asset, onClose }: { readonly asset: Asset; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const act = useMutation({ mutationFn: () => api('DELETE', `/assets/${asset.id}`), onSuccess: () => navigate({ to: '/assets' }) });
  return (
    <Modal opened onClose={onClose} title={words.assets.deleteTitle} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        <Text>{words.assets.deleteWhat(asset.openVulnerabilities ?? 0)}</Text>
        <TextInput label={words.assets.typeName(asset.name)} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />
        {act.error === null ? null : <Failed error={act.error} />}
        <FormEnd label={words.assets.delete} color="red" disabled={typed !== asset.name} busy={act.isPending} act={() => act.mutate()} onClose={onClose} />
      </Stack>
    </Modal>
  );
}
