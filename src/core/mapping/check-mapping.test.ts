import { describe, expect, test } from 'vitest';
import { statuses } from '../vocabulary.ts';
import { fixpoints, mappingProblems, problemsOf, writesMax } from './check-mapping.ts';
import type { StatusMapping } from './status-mapping.ts';

const whole: StatusMapping = { identified: 'todo', in_progress: 'doing', awaiting_validation: 'review', fixed: 'done', risk_accepted: 'risk', false_positive: 'no' };
const points = () => fixpoints(whole, ['todo', 'elsewhere']);
const rest = (status: string, state: string, moved: 'ours' | 'theirs') => points().find((point) => point.status === status && point.state === state && point.moved === moved);

describe('where a pair of status and state comes to rest', () => {
  test('is told of every status with every state, given or mapped to, whichever side moved last', () => {
    expect(points()).toHaveLength(statuses.length * 7 * 2);
    expect(new Set(points().map((point) => point.state))).toEqual(new Set(['todo', 'doing', 'review', 'done', 'risk', 'no', 'elsewhere']));
  });

  test('ours moved last: the card follows with one write', () => {
    expect(rest('fixed', 'todo', 'ours')).toEqual({ status: 'fixed', state: 'todo', moved: 'ours', restsAt: { status: 'fixed', state: 'done' }, writes: 1 });
    expect(rest('identified', 'doing', 'ours')?.restsAt).toEqual({ status: 'identified', state: 'todo' });
    expect(rest('in_progress', 'todo', 'ours')?.restsAt).toEqual({ status: 'in_progress', state: 'doing' });
    expect(rest('risk_accepted', 'todo', 'ours')?.restsAt).toEqual({ status: 'risk_accepted', state: 'risk' });
  });

  test('theirs moved last: our side follows without a write', () => {
    expect(rest('identified', 'doing', 'theirs')).toEqual({ status: 'identified', state: 'doing', moved: 'theirs', restsAt: { status: 'in_progress', state: 'doing' }, writes: 0 });
    expect(rest('identified', 'done', 'theirs')?.restsAt).toEqual({ status: 'awaiting_validation', state: 'done' });
    expect(rest('identified', 'risk', 'theirs')?.restsAt).toEqual({ status: 'risk_accepted', state: 'risk' });
  });

  test('what the lifecycle refuses stays as it is', () => {
    expect(rest('fixed', 'todo', 'theirs')).toMatchObject({ restsAt: { status: 'fixed', state: 'todo' }, writes: 0 });
    expect(rest('identified', 'elsewhere', 'theirs')).toMatchObject({ restsAt: { status: 'identified', state: 'elsewhere' }, writes: 0 });
  });

  test('a claim stands in the state for fixed', () => {
    expect(rest('awaiting_validation', 'done', 'ours')).toMatchObject({ restsAt: { status: 'awaiting_validation', state: 'done' }, writes: 0 });
  });

  test('decided or fixed, our side stands beside whatever the card says', () => {
    for (const status of ['fixed', 'risk_accepted', 'false_positive'] as const) {
      expect(points().filter((point) => point.status === status && point.restsAt?.status !== status)).toEqual([]);
    }
  });

  test('no more than one write is ever needed, and none where theirs moved last', () => {
    expect(points().filter(({ moved, writes }) => writes > (moved === 'ours' ? 1 : 0))).toEqual([]);
    expect(points().filter(({ moved, state, status }) => moved === 'ours' && state === 'elsewhere' && rest(status, state, moved)?.writes !== 1)).toEqual([]);
  });

  test('a status without a state tells with a comment, once', () => {
    const [point] = fixpoints({ identified: 'todo' }, ['todo']).filter((one) => one.status === 'in_progress' && one.moved === 'ours');

    expect(point).toMatchObject({ restsAt: { status: 'in_progress', state: 'todo' }, writes: 1 });
  });
});

describe('a mapping may be saved', () => {
  test('if every pair comes to rest within two writes', () => {
    expect(writesMax).toBe(2);
    expect(mappingProblems(whole, ['elsewhere'])).toEqual([]);
  });

  test('and not if one never does, or takes longer, which is said in words', () => {
    const broken = [
      { status: 'fixed', state: 'done', moved: 'ours', restsAt: null, writes: 1 },
      { status: 'fixed', state: 'todo', moved: 'ours', restsAt: { status: 'fixed', state: 'done' }, writes: 3 },
      { status: 'fixed', state: 'risk', moved: 'ours', restsAt: { status: 'fixed', state: 'done' }, writes: 2 },
    ] as const;

    expect(problemsOf(broken)).toEqual([
      'fixed with the card in done never comes to rest.',
      'fixed with the card in todo takes 3 writes to come to rest.',
    ]);
  });
});
