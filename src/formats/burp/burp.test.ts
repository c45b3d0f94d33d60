import { expect, test } from 'vitest';
import { ReportError } from '../../contracts/format.ts';
import { describeFormat, errorOf, read } from '../kit/describe-format.ts';
import burp from './index.ts';

describeFormat(burp, { folder: import.meta.dirname, growth: { kind: 'xml', element: 'issue' } });

const issues = '<issues burpVersion="2024.1" exportTime="x"></issues>';

test.each([
  ['an entity', '<!DOCTYPE issues [<!ELEMENT issues (issue*)><!ENTITY a "b">]>'],
  ['an external file', '<!DOCTYPE issues SYSTEM "file:///etc/passwd">'],
  ['an external file beside declarations', '<!DOCTYPE issues SYSTEM "x.dtd" [<!ELEMENT issues (issue*)>]>'],
  ['a parameter reference', '<!DOCTYPE issues [<!ELEMENT issues (issue*)> %remote; ]>'],
])('its own declaration of elements is read over, but not one with %s', async (_what, declaration) => {
  const error = await errorOf(read(burp, [Buffer.from(`<?xml version="1.0"?>\n${declaration}\n${issues}`)]));

  expect(error).toBeInstanceOf(ReportError);
  expect((error as ReportError).message).toContain('DOCTYPE');
});
