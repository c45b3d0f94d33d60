import { Badge, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Failed, When } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';
import { ScopeActs } from './scope-acts.tsx';

export interface Scope {
  readonly id: string;
  readonly tool: string;
  readonly branch: string;
  readonly category: string | null;
  readonly lastScanAt: string | null;
  readonly lastFindings: number | null;
  readonly stale: boolean;
}

/** What the asset's scans vouch for, and when each last reported. */
export function ScopesPanel({ assetId }: { readonly assetId: string }) {
  const scopes = useQuery({ queryKey: ['scopes', assetId], queryFn: () => api<{ items: readonly Scope[] }>('GET', `/scopes?assetId=${assetId}`) });
  const items = scopes.data?.items ?? [];
  const mayAct = useMay('analyst');
  return (
    <Panel title={words.assets.scopes} lead={words.assets.scopesLead}>
      {scopes.error === null ? null : <Failed error={scopes.error} />}
      {scopes.isSuccess && items.length === 0 ? <Text size="sm" c="dimmed">{words.assets.noScopes}</Text> : null}
      {items.length === 0 ? null : (
        <Table.ScrollContainer minWidth={480} type="native" scrollAreaProps={{ tabIndex: 0 }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {words.assets.scopeColumns.map((column) => (
                  <Table.Th key={column}>{column}</Table.Th>
                ))}
                {mayAct ? <Table.Th>{words.scopeActs.actions}</Table.Th> : null}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((scope) => (
                <Table.Tr key={scope.id}>
                  <Table.Td>{scope.tool}</Table.Td>
                  <Table.Td>{scope.branch}</Table.Td>
                  <Table.Td>{scope.category ?? '–'}</Table.Td>
                  <Table.Td>
                    {scope.lastScanAt === null ? words.assets.never : <When time={scope.lastScanAt} />}{' '}
                    {scope.stale ? (
                      <Badge color="#8a6100" size="sm" tt="none">
                        {words.assets.stale}
                      </Badge>
                    ) : null}
                  </Table.Td>
                  <Table.Td>{scope.lastFindings ?? '–'}</Table.Td>
                  {mayAct ? (
                    <Table.Td>
                      <ScopeActs scope={scope} others={items.filter(({ id }) => id !== scope.id)} />
                    </Table.Td>
                  ) : null}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Panel>
  );
}
