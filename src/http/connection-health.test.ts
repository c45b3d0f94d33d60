import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import { openBoard } from '../../test/links-at-hand.ts';
import { noteConnection } from '../store/sync/states.ts';

let doors: Doors;

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

test('what was written is told though the tracker was read a moment before', async () => {
  const { connectionId } = await openBoard(doors);
  const health = async () => (await doors.ask<{ health: { lastPulledAt: string | null; lastPushedAt: string | null } }>({ path: `/api/v1/connections/${connectionId}` })).body.health;

  await noteConnection(doors.store.db, connectionId, { pulled: true, fault: null });
  const { lastPulledAt, lastPushedAt } = await health();
  await noteConnection(doors.store.db, connectionId, { pushed: true, pulled: true, fault: null });

  expect(lastPulledAt).not.toBeNull();
  expect(lastPushedAt).toBeNull();
  expect((await health()).lastPushedAt).not.toBeNull();
});
