import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketOf, share } from './pace.ts';

const quota = fc.integer({ min: 10, max: 10_000 });

test('in any minute and in any hour, a burst and what refills meanwhile stay within our share', () => {
  fc.assert(
    fc.property(fc.option(quota), fc.option(quota), (perMinute, perHour) => {
      const bucket = bucketOf({ perMinute, perHour });
      const { burst, perSecond } = bucket ?? { burst: 0, perSecond: 0 };

      expect(bucket === null).toBe(perMinute === null && perHour === null);
      expect(burst + perSecond * 60).toBeLessThanOrEqual((perMinute ?? Infinity) * share + 1e-6);
      expect(burst + perSecond * 3_600).toBeLessThanOrEqual((perHour ?? Infinity) * share + 1e-6);
    }),
  );
});

test('thirty a minute and six hundred an hour are eighteen at once and nearly nine a minute', () => {
  const bucket = bucketOf({ perMinute: 30, perHour: 600 });

  expect(bucket?.burst).toBe(18);
  expect((bucket?.perSecond ?? 0) * 60).toBeCloseTo(8.7);
});

test('the smallest quota lets a call through now and then', () => {
  for (const wish of [{ perMinute: 1, perHour: null }, { perMinute: null, perHour: 1 }, { perMinute: 1, perHour: 1 }]) {
    expect(bucketOf(wish)?.burst).toBe(1);
    expect(bucketOf(wish)?.perSecond).toBeGreaterThan(0);
  }
});

test.each([
  [30, 600, 18, 0.145],
  [10, null, 3, 0.1],
  [null, 600, 54, 0.135],
  [null, 10_000, 60, 8_940 / 3_600],
  [600, 600, 270, 270 / 3_600],
  [1, null, 1, 1 / 120],
  [null, 1, 1, 1 / 7_200],
  [1, 1, 1, 1 / 7_200],
])('%s a minute and %s an hour are %i at once and %f a second', (perMinute, perHour, burst, perSecond) => {
  const bucket = bucketOf({ perMinute, perHour });

  expect(bucket?.burst).toBe(burst);
  expect(bucket?.perSecond).toBeCloseTo(perSecond, 9);
});

test('a quota of which our share is one call lets one through in each window', () => {
  expect(bucketOf({ perMinute: 1 / share, perHour: null })?.perSecond).toBeGreaterThan(0);
});
