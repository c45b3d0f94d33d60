import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulation/random.ts';
import type { Client } from './client.ts';
import { Refusal } from './client.ts';
import type { Team } from './trackers.ts';

export interface Storm {
  readonly random: Random;
  readonly client: Client;
  readonly teams: readonly Team[];
  readonly assets: readonly string[];
  /** Findings of each asset that a scan may see. */
  readonly findings: number;
  /** Average pause between two acts of one actor. */
  readonly pauseMs: number;
  isOver(): boolean;
  readonly sums: { uploads: number; decisions: number; refused: number; moves: number; edits: number };
  /** Scans whose upload was answered with 2xx. */
  readonly acknowledged: Set<string>;
}

/** Everybody who changes something while processes die. Resolves when the storm is over and each has finished its act. */
export async function act(storm: Storm): Promise<void> {
  await Promise.all([
    repeat(storm, upload),
    repeat(storm, decide),
    repeat(storm, askForSync),
    repeat(storm, letGo),
    ...storm.teams.map((team) => repeat(storm, () => moveCard(storm, team))),
  ]);
}

async function repeat(storm: Storm, once: (storm: Storm) => Promise<void>): Promise<void> {
  while (!storm.isOver()) {
    await once(storm);
    await sleep(storm.random.between(0, 2 * storm.pauseMs));
  }
}

/** What a scanner saw this time: nearly all there is, never so little that the closures look suspicious. */
export function reportOf(asset: string, seen: readonly number[]): unknown {
  const results = seen.map((index) => ({
    ruleId: `rule-${index % 7}`,
    level: 'error',
    message: { text: `Finding ${index} of ${asset}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `${asset}/file-${index}.ts` },
          region: { startLine: 1 + (index % 90), snippet: { text: `call_${asset}_${index}(input)` } },
        },
      },
    ],
    properties: { 'security-severity': String(4 + (index % 6)) },
  }));
  return { version: '2.1.0', runs: [{ tool: { driver: { name: 'Storm' } }, results }] };
}

export async function upload(storm: Storm): Promise<void> {
  const { random, client, sums } = storm;
  sums.uploads += 1;
  const asset = random.pick(storm.assets);
  const all = Array.from({ length: storm.findings }, (_none, index) => index);
  const key = { 'idempotency-key': `storm-${sums.uploads}` };
  const report = reportOf(
    asset,
    all.filter(() => random.chance(0.85)),
  );
  const path = `/api/v1/assets/key:${asset}/scans?startedAt=${new Date().toISOString()}`;
  const scan = await client.call<{ id: string }>('POST', path, report, key);
  storm.acknowledged.add(scan.id);
  // A pipeline that lost the answer sends it again.
  if (random.chance(0.2)) {
    const again = await client.call<{ id: string }>('POST', path, report, key);
    storm.acknowledged.add(again.id);
    if (again.id !== scan.id) {
      throw new Error(`The same Idempotency-Key gave two scans, ${scan.id} and ${again.id}.`);
    }
  }
}

const wishes = [
  { status: 'in_progress' },
  { status: 'awaiting_validation' },
  { status: 'identified' },
  { status: 'risk_accepted', reason: 'Known, and not reachable.' },
  { status: 'false_positive', reason: 'Test data.' },
];

async function decide({ random, client, sums }: Storm): Promise<void> {
  const list = await client.attempt<{ items: { id: string }[] }>('GET', '/api/v1/vulnerabilities?limit=200');
  if (list === null || list.items.length === 0) {
    return;
  }
  const { id } = random.pick(list.items);
  try {
    // Final decisions are rare, so that the storm does not run dry; a person's second thought reopens some.
    const wish = random.chance(0.8) ? wishes[random.whole(0, 2)] : random.pick(wishes);
    await client.attempt('POST', `/api/v1/vulnerabilities/${id}/status`, wish);
    sums.decisions += 1;
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 409)) {
      throw error;
    }
    sums.refused += 1;
  }
}

/** "Sync now", on any link. */
async function askForSync({ random, client }: Storm): Promise<void> {
  const list = await client.attempt<{ items: { links: { id: string }[] }[] }>('GET', '/api/v1/vulnerabilities?limit=200');
  const links = (list?.items ?? []).flatMap((one) => one.links);
  if (links.length > 0) {
    await client.attempt('POST', `/api/v1/links/${random.pick(links).id}/sync`).catch(whereRefused);
  }
}

/** What changed too often by itself is let go on, so that the storm does not run dry. */
async function letGo({ client }: Storm): Promise<void> {
  const list = await client.attempt<{ items: { id: string; kind: string }[] }>('GET', '/api/v1/holds?limit=200');
  const held = (list?.items ?? []).filter(({ kind }) => kind === 'breaker');
  await Promise.all(held.map(({ id }) => client.attempt('POST', `/api/v1/holds/${id}/approve`, {}).catch(whereRefused)));
}

function whereRefused(error: unknown): void {
  if (!(error instanceof Refusal && error.status === 409)) {
    throw error;
  }
}

async function moveCard({ random, sums }: Storm, { sandbox }: Team): Promise<void> {
  const cards = sandbox.cards().filter((card) => card.presence === 'active');
  if (cards.length === 0) {
    return;
  }
  const { ref } = random.pick(cards);
  try {
    if (random.chance(0.75)) {
      await sandbox.people.move(ref, random.pick(sandbox.board()).state);
      sums.moves += 1;
    } else {
      await sandbox.people.edit(ref, { labels: [`seen-${sums.edits}`] });
      sums.edits += 1;
    }
  } catch {
    // The tracker's own rules refused the person.
  }
}
