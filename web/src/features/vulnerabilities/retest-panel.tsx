import { Button, Group } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.detail;
const RetestForm = lazy(() => import('./retest-form.tsx').then(({ RetestForm: component }) => ({ default: component })));

/** A scan by a person: the only way in which a person brings about "fixed". */
export function RetestPanel({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel title={text.retest} lead={text.retestLead}>
      {open ? (
        <Suspense>
          <RetestForm vulnerability={vulnerability} onDone={() => setOpen(false)} />
        </Suspense>
      ) : (
        <Group>
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            {text.retest}
          </Button>
        </Group>
      )}
    </Panel>
  );
}
