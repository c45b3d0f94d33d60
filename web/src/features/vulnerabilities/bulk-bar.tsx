import { Affix, Alert, Anchor, Button, Group, List, Modal, Paper, Progress, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';
import { DecisionFields, decisionOf, isComplete, noDecision } from './decision-fields.tsx';
import type { Filters } from './filters.ts';
import type { Outcome } from './queries.ts';
import { decideMany, matchingIds } from './queries.ts';
import type { Selection } from './selection.ts';

const text = words.bulk;

/** What can be done with the selected ones. */
export function BulkBar({ selection, filters, total }: { readonly selection: Selection; readonly filters: Filters; readonly total: number | undefined }) {
  const [changing, { open, close }] = useDisclosure();
  const [cut, setCut] = useState<number | null>(null);
  const count = selection.ids.size;
  if (count === 0) {
    return null;
  }
  const selectAll = async () => {
    const { ids, more } = await matchingIds(filters);
    selection.replace(ids);
    setCut(more ? ids.length : null);
  };
  return (
    <>
      <Affix position={{ bottom: 16, left: '50%' }} style={{ transform: 'translateX(-50%)' }} zIndex={150}>
        <Paper withBorder shadow="lg" p="sm" bg="var(--patchboard-surface)" component="section" aria-label={text.selected(count)}>
          <Stack gap={4}>
            <Group gap="sm">
              <Text fw={600} aria-live="polite">
                {text.selected(count)}
              </Text>
              {total !== undefined && total > count ? (
                <Button size="xs" variant="subtle" onClick={() => void selectAll()}>
                  {text.selectAll(total)}
                </Button>
              ) : null}
              <Button size="xs" onClick={open}>
                {text.change}
              </Button>
              <Button size="xs" variant="default" onClick={() => selection.replace([])}>
                {text.clear}
              </Button>
            </Group>
            {cut === null ? null : <Text size="xs">{text.tooMany(cut)}</Text>}
          </Stack>
        </Paper>
      </Affix>
      {changing ? <Change selection={selection} onClose={close} /> : null}
    </>
  );
}

/** One decision for all, and each one's own outcome. */
function Change({ selection, onClose }: { readonly selection: Selection; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [ids, setIds] = useState<readonly string[]>([...selection.ids]);
  const [values, setValues] = useState(noDecision);
  const [outcomes, setOutcomes] = useState<readonly Outcome[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const stopped = useRef(false);
  const refused = outcomes?.filter(({ outcome }) => outcome === 'refused') ?? [];
  const run = async (some: readonly string[]) => {
    stopped.current = false;
    setIds(some);
    setBusy(true);
    setError(null);
    setOutcomes([]);
    try {
      await decideMany(some, decisionOf(values), (sofar) => {
        setOutcomes(sofar);
        return !stopped.current;
      });
    } catch (fault) {
      setError(fault);
    }
    setBusy(false);
    await queries.invalidateQueries();
  };
  const finish = () => {
    selection.replace(refused.map(({ id }) => id));
    onClose();
  };
  return (
    <Modal opened onClose={outcomes === null ? onClose : finish} title={text.change} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        {outcomes === null ? <DecisionFields values={values} onChange={setValues} /> : null}
        {outcomes === null ? null : (
          <Stack gap="xs" aria-live="polite">
            <Progress value={(outcomes.length / ids.length) * 100} aria-label={text.working(outcomes.length, ids.length)} />
            <Text size="sm">{busy ? text.working(outcomes.length, ids.length) : text.result(outcomes.length - refused.length, refused.length)}</Text>
          </Stack>
        )}
        {refused.length === 0 ? null : (
          <Alert color="red" variant="outline" title={`${text.refused} (${refused.length})`} mah={260} style={{ overflowY: 'auto' }}>
            <List size="sm">
              {refused.map(({ id, because }) => (
                <List.Item key={id}>
                  <Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id }} {...props} />}>
                    #{id}
                  </Anchor>{' '}
                  {because}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        {error === null ? null : <Failed error={error} />}
        <Group justify="flex-end">
          {busy ? (
            <Button variant="default" onClick={() => (stopped.current = true)}>
              {text.stop}
            </Button>
          ) : null}
          {!busy && refused.length > 0 ? (
            <Button variant="default" onClick={() => void run(refused.map(({ id }) => id))}>
              {text.retry}
            </Button>
          ) : null}
          {outcomes === null ? (
            <Button disabled={!isComplete(values)} onClick={() => void run(ids)}>
              {text.apply(ids.length)}
            </Button>
          ) : (
            <Button disabled={busy} onClick={finish}>
              {words.close}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
