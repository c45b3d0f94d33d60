import { Group, Kbd, Modal, Table } from '@mantine/core';
import { words } from '../words/words.ts';
import { places } from './places.ts';

const { keys } = words;
const single: readonly (readonly [readonly string[], string])[] = [
  [['/'], keys.search],
  [['Ctrl', 'K'], keys.palette],
  [['j'], keys.down],
  [['k'], keys.up],
  [['x'], keys.select],
  [['Enter'], keys.open],
  [['e'], keys.status],
  [['c'], keys.comment],
  [['?'], keys.help],
];

export function KeysSheet({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const chords = places.flatMap(({ key, keyLabel }) => (key === null ? [] : [[['g', key], keyLabel] as const]));
  return (
    <Modal opened={opened} onClose={onClose} title={keys.title} closeButtonProps={{ 'aria-label': words.close }}>
      <Table>
        <Table.Tbody>
          {[...single, ...chords].map(([pressed, label]) => (
            <Table.Tr key={label}>
              <Table.Td>{label}</Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end">
                  {pressed.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
