import { Alert, Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { words } from '../../words/words.ts';

const text = words.merge;

/** It lives on in another record. */
export function PartOf({ vulnerability: { mergedInto } }: { readonly vulnerability: Vulnerability }) {
  return mergedInto === null ? null : (
    <Alert color="yellow" variant="outline" bg="var(--patchboard-surface)" title={text.isPart(mergedInto)}>
      <Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: mergedInto }} {...props} />}>
        {text.open(mergedInto)}
      </Anchor>
    </Alert>
  );
}
