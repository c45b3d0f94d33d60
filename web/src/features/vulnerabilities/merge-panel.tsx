import { Button, Group, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';

const text = words.merge;
const MergeForm = lazy(() => import('./merge-form.tsx').then(({ MergeForm: component }) => ({ default: component })));
const SplitScopes = lazy(() => import('./split-scopes.tsx').then(({ SplitScopes: component }) => ({ default: component })));

/** What scanners told apart and is one, or took for one and is not. */
export function MergePanel({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const [merging, setMerging] = useState(false);
  const [part, setPart] = useState<object | null>(null);
  const { id, merged, mergedInto, detections } = vulnerability;
  if (!useMay('analyst') || mergedInto !== null) {
    return null;
  }
  return (
    <Panel title={text.title} lead={text.lead}>
      {merged.length === 0 ? null : (
        <Stack gap="xs" role="group" aria-label={text.part}>
          <Text size="sm" fw={600}>
            {text.part}
          </Text>
          {merged.map((one) => (
            <Group key={one.id} justify="space-between" wrap="nowrap">
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                #{one.id} {one.title}
              </Text>
              <Button size="compact-xs" variant="default" aria-label={text.splitOff(one.id)} onClick={() => setPart({ vulnerabilityId: one.id })}>
                {text.split}
              </Button>
            </Group>
          ))}
        </Stack>
      )}
      <Suspense>
        {detections.length > 1 ? <SplitScopes vulnerability={vulnerability} onSplit={(scopeIds) => setPart({ scopeIds })} /> : null}
        {merging ? (
          <MergeForm vulnerability={vulnerability} onDone={() => setMerging(false)} />
        ) : (
          <Group>
            <Button size="xs" variant="default" onClick={() => setMerging(true)}>
              {text.begin}
            </Button>
          </Group>
        )}
      </Suspense>
      {part === null ? null : (
        <Confirm title={text.splitTitle} label={text.split} onClose={() => setPart(null)} act={() => api('POST', `/vulnerabilities/${id}/split`, part)}>
          {text.splitWhat}
        </Confirm>
      )}
    </Panel>
  );
}
