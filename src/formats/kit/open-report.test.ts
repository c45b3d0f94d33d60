import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ReportError } from '../../contracts/format.ts';
import { headOf, openReport } from './open-report.ts';

async function textOf(parts: readonly Uint8Array[], bytesMax = 64 * 1024 ** 2): Promise<string> {
  const open = async function* () {
    yield* parts;
  };
  const read: Uint8Array[] = [];
  for await (const part of openReport(open, { bytesMax }).open()) {
    read.push(part);
  }
  return Buffer.concat(read).toString('utf8');
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

test('gzip is known by its first bytes, even one at a time, and in several members', async () => {
  const packed = Buffer.concat([gzipSync('one '), gzipSync('two')]);

  expect(await textOf([...packed].map((byte) => Uint8Array.of(byte)))).toBe('one two');
});

test('gzip that was cut off anywhere is an error', async () => {
  const packed = gzipSync(JSON.stringify(Array.from({ length: 200 }, (_one, index) => ({ index }))));

  for (let cut = 2; cut < packed.length; cut += 7) {
    expect(await errorOf(textOf([packed.subarray(0, cut)])), `cut at ${cut}`).toBeInstanceOf(ReportError);
  }
});

test('a bomb is refused long before it has unfolded', async () => {
  const bomb = gzipSync(Buffer.alloc(60 * 1024 ** 2));

  const error = await errorOf(textOf([bomb]));

  expect((error as Error).message).toContain('out of all proportion');
});

test('a report longer than allowed is refused, plain or packed', async () => {
  expect(((await errorOf(textOf([Buffer.alloc(2_000)], 1_000))) as Error).message).toContain(
    'longer than 1000',
  );
  expect(((await errorOf(textOf([gzipSync(Buffer.alloc(2_000))], 1_000))) as Error).message).toContain(
    'longer than 1000',
  );
});

test('a ZIP archive is refused with what to do', async () => {
  const error = (await errorOf(textOf([Buffer.from('PK\u0003\u0004rest')]))) as ReportError;

  expect(error.message).toContain('ZIP');
  expect(error.hint).toContain('Upload the report inside it');
});

test('who reads only the head leaves nothing open behind it', async () => {
  let closed = 0;
  const open = async function* () {
    try {
      for (;;) {
        yield Buffer.alloc(10_000, 0x20);
      }
    } finally {
      closed += 1;
    }
  };

  await headOf(openReport(open, { bytesMax: 1e9 }));

  expect(closed).toBe(1);
});
