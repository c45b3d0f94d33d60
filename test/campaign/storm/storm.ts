import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../../../src/store/embedded/server.ts';
import { prepareWebFolder } from '../../../scripts/web.ts';
import { Random } from '../../simulation/random.ts';
import type { Storm } from './actors.ts';
import { act, upload } from './actors.ts';
import { makeClient } from './client.ts';
import { faultKinds } from './fault-proxy.ts';
import type { Doing, Fleet } from './processes.ts';
import { startFleet } from './processes.ts';
import type { Team } from './trackers.ts';
import { connect, openTeams } from './trackers.ts';
import type { Finding } from './verdict.ts';
import { judge, restless, standing } from './verdict.ts';
import { analyzeNowAndThen, tooGreedy, watchClaims } from './watch.ts';

export interface StormOptions {
  readonly seed: number;
  /** So many, one after the other on the same boards; after each all has to come to rest, and is judged. */
  readonly storms: number;
  /** One storm ends after so many kills, or after so many seconds. */
  readonly kills: number;
  readonly seconds: number;
  /** Null: the embedded binaries' server. An empty database otherwise. */
  readonly databaseUrl: string | null;
  readonly webs: number;
  readonly workers: number;
  readonly assets: number;
  readonly findings: number;
  /** Of one actor, on average. */
  readonly pauseMs: number;
  readonly faultRate: number;
  readonly quarantineSeconds: number;
  /** Longest SIGSTOP. */
  readonly freezeMaxMs: number;
  readonly killEveryMs: number;
  /** Share of those that are spared while they start, while they are stopped, or while no other of their kind is at work. */
  readonly spareShare: number;
  /** How long the calm may take. */
  readonly calmMaxMs: number;
  /** How long the trackers are watched afterwards. */
  readonly quietMs: number;
  readonly say: (line: string) => void;
}

export interface StormResult {
  /** Of all storms. */
  readonly findings: readonly Finding[];
  readonly kills: number;
}

interface Blows {
  readonly kills: Record<Doing, number>;
  freezes: number;
}

/** So many processes at once; of five somebody still moves. */
const frozenMax = 2;

/** Longest that a request is late or held: the quarantine is made of it, the send window, and what a search lags. */
const holdShare = 0.2;

export async function weather(options: StormOptions): Promise<StormResult> {
  const random = new Random(options.seed);
  const folder = mkdtempSync(join(tmpdir(), 'patchboard-storm-'));
  await prepareWebFolder();
  const database = await openDatabase(options, folder);
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  // The server's own end may come before a connection's.
  pool.on('error', () => {});
  let urls: readonly string[] = [];
  const nextUrl = () => urls[Math.floor(random.next() * urls.length)] ?? '';
  const holdMs = options.quarantineSeconds * 1_000 * holdShare;
  const teams = await openTeams({ random: () => random.next(), rate: options.faultRate, holdMs, nextUrl });
  let fleet: Fleet | null = null;
  let broken = true;
  try {
    fleet = await startFleet({ ...options, databaseUrl: database.url, folder });
    urls = fleet.urls;
    await watchClaims(pool);
    const world = { options, random, storm: await prepare(options, random, teams, fleet, nextUrl), fleet, teams, pool };
    const blows: Blows = { kills: { working: 0, starting: 0, frozen: 0 }, freezes: 0 };
    const findings: Finding[] = [];
    for (let round = 1; round <= options.storms && holds(findings); round += 1) {
      options.say(`Storm ${round} of ${options.storms}`);
      await rage(world, blows);
      findings.push(...(await verdict(world)));
      await tell(world, blows);
    }
    broken = !holds(findings);
    return { findings, kills: sumOf(blows) };
  } finally {
    await fleet?.stop();
    await Promise.all(teams.map((team) => team.close()));
    await pool.end();
    await database.stop();
    if (broken) {
      options.say(`What is left of it: ${databaseOf(options, folder)}`);
    } else {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

interface World {
  readonly options: StormOptions;
  readonly random: Random;
  readonly storm: Storm;
  readonly fleet: Fleet;
  readonly teams: readonly Team[];
  readonly pool: pg.Pool;
}

function databaseOf({ databaseUrl }: StormOptions, folder: string): string {
  return databaseUrl ?? folder;
}

async function verdict({ options, pool, teams, storm, fleet }: World): Promise<readonly Finding[]> {
  await fleet.restore();
  teams.forEach((team) => team.proxy.heal());
  const left = await calm(options, pool, teams);
  const findings = [
    { what: 'both sides agree, or the difference is shown', against: left },
    ...(await judge(pool, teams, storm.acknowledged)),
    { what: 'no claim took more than its lane allows', against: await tooGreedy(pool) },
    { what: 'no process ended by itself', against: fleet.crashes },
    { what: 'nobody was answered with an error of ours', against: storm.client.bugs },
    { what: 'once quiet, nobody writes to a tracker', against: await writesIn(teams, options.quietMs) },
  ];
  for (const { what, against } of findings) {
    options.say(`${against.length === 0 ? 'ok  ' : 'FAIL'} ${what}`);
    against.slice(0, 20).forEach((one) => options.say(`       ${one}`));
  }
  return findings;
}

function holds(findings: readonly Finding[]): boolean {
  return findings.every(({ against }) => against.length === 0);
}

function sumOf({ kills }: Blows): number {
  return kills.working + kills.starting + kills.frozen;
}

async function openDatabase({ databaseUrl }: StormOptions, folder: string) {
  if (databaseUrl !== null) {
    return { url: databaseUrl, stop: async () => {} };
  }
  const server = await startEmbedded({ dataFolder: join(folder, 'database') });
  const { host, user, database } = server.connection;
  return { url: `postgres:///${database}?host=${encodeURIComponent(host)}&user=${user}`, stop: server.stop };
}

async function prepare(
  options: StormOptions,
  random: Random,
  teams: readonly Team[],
  fleet: Fleet,
  nextUrl: () => string,
): Promise<Storm> {
  const client = makeClient(nextUrl);
  const assets = Array.from({ length: options.assets }, (_none, index) => `asset-${index + 1}`);
  for (const key of assets) {
    await client.call('POST', '/api/v1/assets', { name: key, key });
  }
  for (const team of teams) {
    await connect(team, client, fleet.urls[0] ?? '');
  }
  return {
    random,
    client,
    teams,
    assets,
    findings: options.findings,
    pauseMs: options.pauseMs,
    isOver: () => false,
    sums: { uploads: 0, decisions: 0, refused: 0, moves: 0, edits: 0 },
    acknowledged: new Set(),
  };
}

/** Everybody acts, and processes die and freeze, until there were enough kills or the time is up. */
async function rage({ options, random, storm, fleet, teams, pool }: World, blows: Blows): Promise<void> {
  const began = Date.now();
  const before = sumOf(blows);
  let over = false;
  const isOver = () => over;
  teams.forEach((team) => team.proxy.worsen());
  const acting = Promise.all([act({ ...storm, isOver }), analyzeNowAndThen(pool, isOver)]);
  try {
    while (sumOf(blows) - before < options.kills && Date.now() - began < options.seconds * 1_000) {
      await Promise.race([acting, sleep(random.between(0, 2 * options.killEveryMs))]);
      await strike(options, random, fleet, blows);
    }
  } finally {
    over = true;
    await fleet.restore();
    await acting;
  }
  // One whole scan of each asset at the end: whoever waited for one gets it.
  await upload(storm);
}

async function strike(options: StormOptions, random: Random, fleet: Fleet, blows: Blows): Promise<void> {
  const victim = random.whole(0, fleet.size - 1);
  const frozen = Array.from({ length: fleet.size }, (_none, index) => index).filter((index) => fleet.doing(index) === 'frozen').length;
  const doing = fleet.doing(victim);
  // Most of the frozen wake by themselves, long after their leases; most that start come to work; and mostly somebody is at work.
  if ((doing !== 'working' || fleet.isAlone(victim)) && random.chance(options.spareShare)) {
    return;
  }
  if (doing === 'working' && frozen < frozenMax && random.chance(0.2)) {
    fleet.freeze(victim, random.between(Math.min(5_000, options.freezeMaxMs / 3), options.freezeMaxMs));
    blows.freezes += 1;
    return;
  }
  await fleet.kill(victim);
  blows.kills[doing] += 1;
  if (sumOf(blows) % 50 === 0) {
    options.say(`${sumOf(blows)} kills, ${blows.freezes} freezes, ${new Date().toISOString()}`);
  }
}

/** Waits until nothing is restless any more; answers what still is when patience ends. */
async function calm(options: StormOptions, pool: pg.Pool, teams: readonly Team[]): Promise<readonly string[]> {
  const began = Date.now();
  while (true) {
    await Promise.all(teams.map((team) => team.sandbox.settled()));
    const left = await restless(pool, teams);
    if (left.length === 0) {
      options.say(`Calm after ${Math.round((Date.now() - began) / 1_000)} s.`);
      return [];
    }
    if (Date.now() - began > options.calmMaxMs) {
      return left;
    }
    await sleep(500);
  }
}

/** Writes to the trackers within so long. */
async function writesIn(teams: readonly Team[], ms: number): Promise<readonly string[]> {
  const from = Date.now();
  await sleep(ms);
  return teams.flatMap(({ name, sandbox }) =>
    sandbox.requests
      .filter((request) => request.at >= from && ['PATCH', 'PUT', 'DELETE'].includes(request.method))
      .map((request) => `${name}: ${request.method} ${request.path}`),
  );
}

async function tell({ options: { say }, teams, storm: { sums }, fleet, pool }: World, blows: Blows): Promise<void> {
  const { working, starting, frozen } = blows.kills;
  say(
    `So far ${sumOf(blows)} kill -9 (${working} at work, ${starting} while starting, ${frozen} while stopped); ${blows.freezes} SIGSTOP, ` +
      `of which ${fleet.sleeps.length} woke again, the longest after ${Math.round(Math.max(0, ...fleet.sleeps))} s; ` +
      `${fleet.failedStarts.length} starts that gave up and were made again`,
  );
  say(
    `${sums.uploads} uploads, ${sums.decisions} decisions of people (${sums.refused} refused), ${sums.moves} cards moved, ${sums.edits} edited`,
  );
  for (const { name, proxy, hooks } of teams) {
    const faults = faultKinds.map((kind) => `${kind} ${proxy.counts[kind]}`).join(', ');
    say(`${name}: ${proxy.passed()} requests passed; ${faults}; ${hooks.sent} webhooks, ${hooks.refused} not taken`);
  }
  say(`links: ${await standing(pool)}`);
}
