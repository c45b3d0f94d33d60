import { describe, expect, test } from 'vitest';
import type { Stage } from '../kit/stage.ts';
import { faultOf } from '../kit/stage.ts';
import tracker from './index.ts';
import { closeStagesAfterEach, setUp, writes } from './test-stage.ts';

closeStagesAfterEach();

describe('webhooks that the API registers', () => {
  const wish = (stage: Stage, more: object = {}) => ({
    url: 'https://p.example/webhooks/businessmap/t',
    secret: 'unused',
    targets: [stage.example.target],
    known: [],
    ...more,
  });

  test('one that was turned off is turned on, one with an older address gets the new one, and none is made twice', async () => {
    const stage = await setUp();
    const [made] = (await stage.session.ensureSubscriptions?.(wish(stage))) ?? [];
    const known = [{ id: made?.id ?? '', secret: made?.secret ?? '' }];
    const elsewhere = wish(stage, { url: 'https://new.example/webhooks/businessmap/t', known });

    const older = await stage.session.inspectSubscriptions?.(elsewhere);
    const moved = await stage.session.ensureSubscriptions?.(elsewhere);

    expect(made).toMatchObject({ id: '1', state: 'active', secret: 'sandbox-secret-1' });
    expect(older).toEqual([expect.objectContaining({ id: '1', state: 'degraded' })]);
    expect(moved).toEqual([
      expect.objectContaining({ id: '1', state: 'active', secret: 'sandbox-secret-1' }),
    ]);
    expect(writes(stage)).toEqual(['POST /webhooks', 'PATCH /webhooks/1']);
  });

  test('one whose answer was lost is found the next time, without its secret', async () => {
    const stage = await setUp();
    stage.sandbox.misbehave({ kind: 'lose-answer', when: ({ method }) => method === 'POST' });
    await faultOf(stage.session.ensureSubscriptions?.(wish(stage)) ?? Promise.resolve());

    const found = await stage.session.ensureSubscriptions?.(wish(stage));

    expect(found).toEqual([
      expect.objectContaining({ id: '1', state: 'active', message: expect.stringContaining('not known') }),
    ]);
    expect(found?.[0]).not.toHaveProperty('secret');
    expect(writes(stage)).toEqual(['POST /webhooks']);
  });

  test('an address longer than 250 characters is refused', async () => {
    const stage = await setUp();
    const long = wish(stage, { url: `https://p.example/${'x'.repeat(250)}` });

    expect((await faultOf(stage.session.ensureSubscriptions?.(long) ?? Promise.resolve())).kind).toBe(
      'rejected',
    );
    expect(tracker.traits.webhookUrlMax).toBe(250);
  });
});
