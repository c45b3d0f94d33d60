import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WriteBehind } from './write-behind.ts';

test('writes go one at a time and in order, and two of them may wait', async () => {
  const told: string[] = [];
  let atWork = 0;
  const write = (name: string) => async () => {
    atWork += 1;
    expect(atWork).toBe(1);
    await sleep(5);
    told.push(name);
    atWork -= 1;
  };
  await WriteBehind.use(async (behind) => {
    await behind.next(write('a'));
    await behind.next(write('b'));
    expect(told).toEqual([]);
    await behind.next(write('c'));
    expect(told).toEqual(['a']);
    await behind.settled();
    expect(told).toEqual(['a', 'b', 'c']);
    await behind.next(write('d'));
  });
  expect(told).toEqual(['a', 'b', 'c', 'd']);
});

test('after a write that failed none is begun, and everybody hears of it', async () => {
  const told: string[] = [];
  const acting = WriteBehind.use(async (behind) => {
    await behind.next(() => Promise.reject(new Error('The disk is full.')));
    await behind.next(async () => void told.push('after'));
    await expect(behind.next(async () => void told.push('later'))).rejects.toThrow('The disk is full.');
    throw new Error('Made nothing ready.');
  });
  await expect(acting).rejects.toThrow('The disk is full.');
  expect(told).toEqual([]);
});

test('nobody leaves while a write is under way', async () => {
  let isOver = false;
  const acting = WriteBehind.use(async (behind) => {
    await behind.next(async () => {
      await sleep(10);
      isOver = true;
    });
    throw new Error('Gone.');
  });
  await expect(acting).rejects.toThrow('Gone.');
  expect(isOver).toBe(true);
});
