import { Button, Checkbox, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { words } from '../../words/words.ts';

const text = words.merge;

/** What some of its scopes see is another one. */
export function SplitScopes({ vulnerability: { detections }, onSplit }: { readonly vulnerability: Vulnerability; readonly onSplit: (scopeIds: readonly string[]) => void }) {
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <Stack gap="xs">
      <Checkbox.Group label={text.scopes} value={chosen} onChange={setChosen}>
        <Stack gap={6} mt={4}>
          {detections.map(({ scope }) => (
            <Checkbox key={scope.id} value={scope.id} label={[scope.tool, scope.branch, scope.category].filter((word) => word !== null).join(' · ')} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Group>
        <Button size="xs" variant="default" disabled={chosen.length === 0 || chosen.length === detections.length} onClick={() => onSplit(chosen)}>
          {text.splitScopes}
        </Button>
      </Group>
    </Stack>
  );
}
