import { JSONParser } from '@streamparser/json';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadLimits } from '../../contracts/format.ts';
import { ReportError, readLimits } from '../../contracts/format.ts';
import { readSpans } from './read-spans.ts';
import type { Piece } from './split-json.ts';
import { splitJson } from './split-json.ts';

function sourceOf(text: string, size = 65_536) {
  const bytes = Buffer.from(text);
  return {
    open: async function* () {
      for (let at = 0; at < bytes.length; at += size) {
        yield bytes.subarray(at, at + size);
      }
    },
  };
}

async function pieces(
  text: string,
  wanted: readonly string[],
  more: { size?: number; limits?: Partial<ReadLimits> } = {},
) {
  const all: Piece[] = [];
  const limits = { ...readLimits, ...more.limits };
  for await (const piece of splitJson(sourceOf(text, more.size), { wanted, limits })) {
    all.push(piece);
  }
  return all;
}

async function values(text: string, wanted: readonly string[], size?: number) {
  return (await pieces(text, wanted, size === undefined ? {} : { size })).flatMap((piece) =>
    piece.kind === 'value' ? [piece.value] : [],
  );
}

async function errorOf(text: string, limits: Partial<ReadLimits> = {}): Promise<ReportError> {
  return pieces(text, ['list/*'], { limits }).then(
    () => {
      throw new Error('There was no error.');
    },
    (error: unknown) => error as ReportError,
  );
}

describe('a text cut into values', () => {
  test('gives what the whole text parsed would give, however it is cut into chunks', async () => {
    const texts = fc.record({
      before: fc.jsonValue(),
      list: fc.array(fc.jsonValue(), { maxLength: 6 }),
      after: fc.jsonValue(),
      indent: fc.constantFrom(0, 1, '\t'),
      size: fc.integer({ min: 1, max: 20 }),
    });

    await fc.assert(
      fc.asyncProperty(texts, async ({ before, list, after, indent, size }) => {
        const text = JSON.stringify({ before, list, after }, null, indent);
        expect(await values(text, ['list/*'], size)).toEqual((JSON.parse(text) as { list: unknown[] }).list);
      }),
      { numRuns: 150 },
    );
  });

  test('gives what another streaming parser gives', async () => {
    const list = Array.from({ length: 500 }, (_one, index) => ({
      index,
      text: `"\\ \u0001 é 漢 😀 ${'x'.repeat(index)}`,
      deep: [[{ a: [1.5e3, -0, true, null] }]],
    }));
    const text = JSON.stringify({ a: { list: [1] }, list, z: 1 }, null, 2);
    const theirs: unknown[] = [];
    const parser = new JSONParser({ paths: ['$.list.*'], keepStack: false });
    parser.onValue = ({ value }) => void theirs.push(value);
    parser.write(text);

    expect(await values(text, ['list/*'], 37)).toEqual(theirs);
  });

  test('parses located values in batches to the same', async () => {
    const list = Array.from({ length: 3_000 }, (_one, index) =>
      index % 7 === 0 ? [index, 'ü'] : { index, text: '],[{"'.repeat(index % 9) },
    );
    const source = sourceOf(JSON.stringify({ x: 1, list, y: 2 }, null, 1), 1_000);
    const spans = [];
    for await (const piece of splitJson(source, { wanted: [], located: ['list/*'], limits: readLimits })) {
      if (piece.kind === 'end' && piece.spans !== null) {
        spans.push({ steps: piece.steps, spans: piece.spans });
      }
    }
    const read: unknown[] = [];
    for await (const batch of readSpans(source, spans)) {
      expect(batch.first).toBe(read.length);
      read.push(...batch.values);
    }

    expect(read).toEqual(list);
  });

  test('walks tables and lists alike, and says where each value stands', async () => {
    const found = await pieces('{"t":{"a":{"n":1},"b":{"n":2}},"l":[{"n":3}]}', ['t/*/n', 'l/*/n']);

    expect(found.flatMap((piece) => (piece.kind === 'value' ? [piece.steps.join('/')] : []))).toEqual([
      't/a/n',
      't/b/n',
      'l/0/n',
    ]);
  });
});

test.each([
  ['', 'empty'],
  ['   \n', 'empty'],
  ['{"list":[1,2', 'cut short'],
  ['{"list":[1,]}', 'unexpected'],
  ['{"list":[1 2]}', 'unexpected'],
  ['{"list":[1]} x', 'unexpected'],
  ['{"list":[NaN]}', 'unexpected'],
  ['{"list":[1}', 'unexpected'],
  ['{"other":nul,"list":[]}', 'malformed'],
  ['{"list":[{"a":1,}]}', 'malformed'],
  ['{list:[]}', 'unexpected'],
  ["{'list':[]}", 'unexpected'],
])('the text %s is refused', async (text, words) => {
  const error = await errorOf(text);

  expect(error).toBeInstanceOf(ReportError);
  expect(error.message).toContain(words);
});

test('an error names the value by pointer, line and byte', async () => {
  const error = await errorOf('{\n "list": [\n  {"a": 1},\n  {"a": oops}\n ]\n}');

  expect(error.where).toBe('/list/1, line 4, byte 27');
});

test('an error says nothing of what stands in the report', async () => {
  const error = await errorOf('{"list":[{"Secret": "hush", bad}]}');

  expect(`${error.message} ${error.where} ${String(error.cause)}`).not.toContain('hush');
});

test('depth, elements and names are bounded, also in what is skipped', async () => {
  const deep = `${'['.repeat(300)}${']'.repeat(300)}`;

  expect((await errorOf(`{"list":[${deep}]}`)).message).toContain('deeper than 200');
  expect((await errorOf(`{"other":${deep},"list":[]}`)).message).toContain('deeper than 200');
  expect((await errorOf(`{"list":["${'x'.repeat(2_000)}"]}`, { elementMax: 1_000 })).message).toContain(
    'larger than 1000',
  );
  expect((await errorOf(`{"${'x'.repeat(2_000)}":1}`, { stringMax: 1_000 })).message).toContain(
    'larger than 1000',
  );
});
