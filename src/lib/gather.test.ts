import { afterEach, describe, expect, test, vi } from 'vitest';
import { gather } from './gather.ts';

test('what comes while an act is under way is done in one, in order', async () => {
  const acts: (readonly number[])[] = [];
  const put = gather<number, number>(
    async (items) => {
      await new Promise((done) => setTimeout(done, 5));
      acts.push(items);
      return items.map((item) => item * 2);
    },
    { most: 3 },
  );
  const results = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(put));

  expect(results).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(acts).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
});

test('one bad item fails its own caller alone', async () => {
  const kept: number[] = [];
  const put = gather<number, number>(
    async (items) => {
      if (items.includes(2)) {
        throw new Error('two is bad');
      }
      kept.push(...items);
      return items;
    },
    { most: 10 },
  );
  const settled = await Promise.allSettled([1, 2, 3].map(put));

  expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(kept).toEqual([1, 3]);
});

test('it goes on after a failure', async () => {
  let fails = true;
  const put = gather<string, string>(
    async (items) => {
      if (fails) {
        throw new Error('away');
      }
      return items;
    },
    { most: 10 },
  );
  await expect(put('first')).rejects.toThrow('away');
  fails = false;
  await expect(put('second')).resolves.toBe('second');
});

describe('with a beat', () => {
  const beaten = (options: { readonly most: number; readonly isAll?: (waiting: number) => boolean }) => {
    vi.useFakeTimers();
    const acts: (readonly number[])[] = [];
    const put = gather<number, void>(
      async (items) => {
        acts.push(items);
        return [];
      },
      { ...options, beatMs: 100 },
    );
    return { acts, put };
  };
  afterEach(() => void vi.useRealTimers());

  test('the first begins at once, and what comes within the beat after it is one act', async () => {
    const { acts, put } = beaten({ most: 10 });
    void put(1);
    await vi.advanceTimersByTimeAsync(1);
    void put(2);
    await vi.advanceTimersByTimeAsync(50);
    void put(3);
    expect(acts).toEqual([[1]]);

    await vi.advanceTimersByTimeAsync(50);
    expect(acts).toEqual([[1], [2, 3]]);

    await vi.advanceTimersByTimeAsync(500);
    void put(4);
    await vi.advanceTimersByTimeAsync(1);
    expect(acts).toEqual([[1], [2, 3], [4]]);
  });

  test('a full act waits for nothing, nor do those after whom nobody can come', async () => {
    const full = beaten({ most: 2 });
    [1, 2, 3, 4, 5].forEach((item) => void full.put(item));
    await vi.advanceTimersByTimeAsync(1);
    expect(full.acts).toEqual([[1, 2], [3, 4]]);

    const { acts, put } = beaten({ most: 10, isAll: (waiting) => waiting === 2 });
    void put(1);
    await vi.advanceTimersByTimeAsync(1);
    void put(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(acts).toEqual([[1]]);
    void put(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(acts).toEqual([[1], [2, 3]]);
  });
});
