import { expect, test } from 'vitest';
import { ReportError, readLimits } from '../../contracts/format.ts';
import type { XmlPiece } from './split-xml.ts';
import { splitXml } from './split-xml.ts';
import { childText } from './xml-element.ts';

async function pieces(xml: string | Uint8Array, more: object = {}): Promise<readonly XmlPiece[]> {
  const bytes = Buffer.from(xml as string);
  const open = async function* () {
    yield bytes.subarray(0, 11);
    yield bytes.subarray(11);
  };
  const all: XmlPiece[] = [];
  for await (const piece of splitXml(
    { open },
    { root: 'r', wanted: ['r/list/i'], limits: readLimits, ...more },
  )) {
    all.push(piece);
  }
  return all;
}

async function messageOf(xml: string, more: object = {}): Promise<string> {
  return pieces(xml, more).then(
    () => 'no error',
    (error: unknown) =>
      error instanceof ReportError ? error.message : `not a ReportError: ${String(error)}`,
  );
}

test('elements are collected with attributes, text and CDATA, and what was dropped is not there', async () => {
  const xml =
    '<r a="1"><skip><i>no</i></skip><list><i k="&lt;v&gt;"><t>a &amp; <![CDATA[<b>]]></t><big>x<i>y</i></big></i></list></r>';

  const found = await pieces(xml, { dropped: ['big'] });

  expect(found.map((piece) => `${piece.kind} ${piece.path}`)).toEqual([
    'begin r',
    'begin r/list',
    'element r/list/i',
    'end r/list',
    'end r',
  ]);
  const [, , item] = found;
  const element = item?.kind === 'element' ? item.element : null;
  expect(element?.attributes.get('k')).toBe('<v>');
  expect(element?.children.map((child) => child.name)).toEqual(['t']);
  expect(childText(element as NonNullable<typeof element>, 't')).toBe('a & <b>');
});

test('the encoding that the file declares is used', async () => {
  const latin1 = Buffer.from(
    '<?xml version="1.0" encoding="ISO-8859-1"?><r><list><i>Gr\u00fc\u00dfe</i></list></r>',
    'latin1',
  );

  const element = (await pieces(latin1)).find((piece) => piece.kind === 'element');

  expect(element?.kind === 'element' ? element.element.text : '').toBe('Gr\u00fc\u00dfe');
});

test.each([
  ['a DOCTYPE', '<!DOCTYPE r><r/>', 'DOCTYPE'],
  [
    'entities that unfold',
    '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r><list><i>&b;</i></list></r>',
    'DOCTYPE',
  ],
  ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r/>', 'DOCTYPE'],
  ['an entity nobody declared', '<r><list><i>&x;</i></list></r>', 'well-formed'],
  ['another root', '<other/>', 'root'],
  ['an element that does not end', '<r><list><i>', 'cut short'],
  ['elements that cross', '<r><list></r></list>', 'well-formed'],
  ['nothing', '', 'empty'],
  ['no XML', 'hello', 'well-formed'],
])('%s is refused', async (_what, xml, words) => {
  expect(await messageOf(xml)).toContain(words);
});

test('depth and size are bounded, also before the root and in what is skipped', async () => {
  const limits = { ...readLimits, elementMax: 10_000, depthMax: 20 };

  expect(await messageOf(`<r>${'<d>'.repeat(30)}${'</d>'.repeat(30)}</r>`, { limits })).toContain(
    'deeper than 20',
  );
  expect(await messageOf(`<r><list><i>${'x'.repeat(200_000)}</i></list></r>`, { limits })).toContain(
    'larger than',
  );
  expect(await messageOf(`<!DOCTYPE r [${' '.repeat(200_000)}`, { limits })).toContain('larger than');
});
