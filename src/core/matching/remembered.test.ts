import { expect, test } from 'vitest';
import { Remembered } from './remembered.ts';

/** Answers the double of a number, and tells what it had to work out. */
const doubles = (most: number) => {
  const worked: number[] = [];
  const remembered = new Remembered(most, (asked) => {
    worked.push(asked);
    return asked * 2;
  });
  return { remembered, worked };
};

test('an answer is worked out once, an answer of nothing too', () => {
  const { remembered, worked } = doubles(9);

  expect([3, 0, 3, 0, 4, 3].map((asked) => remembered.of(asked))).toEqual([6, 0, 6, 0, 8, 6]);
  expect(worked).toEqual([3, 0, 4]);
});

test('as many are remembered as were allowed; with the next one the others are forgotten', () => {
  const { remembered, worked } = doubles(3);
  const ask = (all: readonly number[]) => all.map((asked) => remembered.of(asked));

  expect(ask([1, 2, 3, 1, 2, 3])).toEqual([2, 4, 6, 2, 4, 6]);
  expect(worked.splice(0)).toEqual([1, 2, 3]);
  expect(ask([4, 4, 3, 1, 4])).toEqual([8, 8, 6, 2, 8]);
  expect(worked).toEqual([4, 3, 1]);
});
