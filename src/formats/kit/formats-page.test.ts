import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFormats } from '../index.ts';
import { formatsPage } from './formats-page.ts';

test('the reference page of formats is made from their folders', async () => {
  const formats = join(import.meta.dirname, '..');

  await expect(await formatsPage(await findFormats(), formats)).toMatchFileSnapshot(
    join(formats, '../../docs/reference/formats.md'),
  );
});
