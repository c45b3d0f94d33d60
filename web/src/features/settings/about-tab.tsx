import { Anchor, Button, Group, Stack, Table } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Failed, Loading } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.settings;
interface About {
  readonly version: string;
  readonly runtime: string;
  readonly database: string;
  readonly publicUrl: string;
}

export function AboutTab() {
  const about = useQuery({ queryKey: ['about'], queryFn: () => api<About>('GET', '/about'), refetchInterval: false });
  if (about.isPending) {
    return <Loading />;
  }
  if (about.error !== null) {
    return <Failed error={about.error} />;
  }
  const rows = [
    [text.version, about.data.version],
    [text.runtime, about.data.runtime],
    [text.database, about.data.database],
    [text.publicUrl, about.data.publicUrl],
  ] as const;
  return (
    <Stack>
      <Panel title={words.product}>
        <Table maw={520}>
          <Table.Tbody>
            {rows.map(([label, value]) => (
              <Table.Tr key={label}>
                <Table.Td fw={600}>{label}</Table.Td>
                <Table.Td>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Anchor href="/api/docs" target="_blank">
          {text.apiDocs}
        </Anchor>
      </Panel>
      <Panel title={text.diagnostics} lead={text.diagnosticsLead}>
        <Group>
          <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} component="a" href="/api/v1/diagnostics" download="patchboard-diagnostics.json">
            {text.download}
          </Button>
        </Group>
      </Panel>
    </Stack>
  );
}
