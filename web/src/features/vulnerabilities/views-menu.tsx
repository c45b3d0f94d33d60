import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconDeviceFloppy, IconTrash, IconUsers } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api } from '../../api.ts';
import { words } from '../../words/words.ts';
import type { Filters } from './filters.ts';
import { readFilters } from './filters.ts';
import { useViews } from './queries.ts';

const SaveView = lazy(() => import('./save-view.tsx').then(({ SaveView: component }) => ({ default: component })));

/** The filters in the address, kept under a name. */
export function ViewsMenu({ filters, replace }: { readonly filters: Filters; readonly replace: (filters: Filters) => void }) {
  const views = useViews();
  const queries = useQueryClient();
  const [saving, { open, close }] = useDisclosure();
  const remove = useMutation({ mutationFn: (id: string) => api('DELETE', `/views/${id}`), onSuccess: () => queries.invalidateQueries({ queryKey: ['views'] }) });
  const items = views.data?.items ?? [];
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />}>
            {words.list.views}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {items.length === 0 ? <Menu.Label>{words.list.noViews}</Menu.Label> : null}
          {items.map((view) => (
            <Group key={view.id} wrap="nowrap" gap={4}>
              <Menu.Item leftSection={view.shared ? <IconUsers size={15} aria-hidden /> : <IconBookmark size={15} aria-hidden />} onClick={() => replace(fromText(view.query))}>
                {view.name}
              </Menu.Item>
              {view.mine ? (
                <ActionIcon variant="subtle" color="red" aria-label={words.list.removeView(view.name)} onClick={() => remove.mutate(view.id)}>
                  <IconTrash size={15} aria-hidden />
                </ActionIcon>
              ) : null}
            </Group>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconDeviceFloppy size={15} aria-hidden />} onClick={open}>
            {words.list.saveView}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>{saving ? <SaveView filters={filters} onClose={close} /> : null}</Suspense>
    </>
  );
}

function fromText(text: string): Filters {
  try {
    return readFilters(JSON.parse(text) as Record<string, unknown>);
  } catch {
    return {};
  }
}
