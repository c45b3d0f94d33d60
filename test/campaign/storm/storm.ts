import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../../../src/store/embedded/server.ts';
import { Random } from '../../simulation/random.ts';
import type { Storm } from './actors.ts';
import { act, upload } from './actors.ts';
import { makeClient } from './client.ts';
import { faultKinds } from './fault-proxy.ts';
import type { Fleet } from './processes.ts';
import { startFleet } from './processes.ts';
import type { Team } from './trackers.ts';
import { connect, openTeams } from './trackers.ts';
import type { Finding } from './verdict.ts';
import { judge, restless, standing } from './verdict.ts';
import { analyzeNowAndThen, tooGreedy, watchClaims } from './watch.ts';

export interface StormOptions {
  readonly seed: number;
  /** Ends after so many kills, or after so many seconds. */
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
  /** Share of the kills after which the next one waits until the victim is up again. */
  readonly readyShare: number;
  /** How long the calm may take. */
  readonly calmMaxMs: number;
  /** How long the trackers are watched afterwards. */
  readonly quietMs: number;
  readonly say: (line: string) => void;
}

export interface StormResult {
  readonly findings: readonly Finding[];
  readonly kills: number;
  readonly freezes: number;
}

/** So many processes at once; of five somebody still moves. */
const frozenMax = 2;

/** Longest that a request is late or held: the quarantine is made of it, the send window, and what a search lags. */
const holdShare = 0.2;

export async function weather(options: StormOptions): Promise<StormResult> {
  const random = new Random(options.seed);
  const folder = mkdtempSync(join(tmpdir(), 'patchboard-storm-'));
  const database = await openDatabase(options, folder);
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  // The server's own end may come before a connection's.
  pool.on('error', () => {});
  let urls: readonly string[] = [];
  const nextUrl = () => urls[Math.floor(random.next() * urls.length)] ?? '';
  const holdMs = options.quarantineSeconds * 1_000 * holdShare;
  const teams = await openTeams({ random: () => random.next(), rate: options.faultRate, holdMs, nextUrl });
  let fleet: Fleet | null = null;
  try {
    fleet = await startFleet({ ...options, databaseUrl: database.url, folder });
    urls = fleet.urls;
    await watchClaims(pool);
    const storm = await prepare(options, random, teams, fleet, nextUrl);
    const { kills, freezes } = await rage(options, random, storm, fleet, pool);
    await fleet.restore();
    teams.forEach((team) => team.proxy.heal());
    const left = await calm(options, pool, teams);
    const findings = [
      { what: 'both sides agree, or the difference is shown', against: left },
      ...(await judge(pool, teams, storm.acknowledged)),
      { what: 'no claim took more than its lane allows', against: await tooGreedy(pool) },
      { what: 'no process ended by itself', against: fleet.crashes },
      { what: 'once quiet, nobody writes to a tracker', against: await writesIn(teams, options.quietMs) },
    ];
    tell(options, teams, storm, { kills, freezes, failedStarts: fleet.failedStarts.length, standing: await standing(pool) });
    return { findings, kills, freezes };
  } finally {
    await fleet?.stop();
    await Promise.all(teams.map((team) => team.close()));
    await pool.end();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
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
async function rage(options: StormOptions, random: Random, storm: Storm, fleet: Fleet, pool: pg.Pool) {
  const began = Date.now();
  let kills = 0;
  let freezes = 0;
  let over = false;
  const isOver = () => over;
  const acting = Promise.all([act({ ...storm, isOver }), analyzeNowAndThen(pool, isOver)]);
  try {
    while (kills < options.kills && Date.now() - began < options.seconds * 1_000) {
      await Promise.race([acting, sleep(random.between(0, 2 * options.killEveryMs))]);
      const victim = random.whole(0, fleet.size - 1);
      const frozen = Array.from({ length: fleet.size }, (_none, index) => index).filter((index) => fleet.isFrozen(index));
      // Most of the frozen wake by themselves, long after their leases; now and then one dies in its sleep.
      if (frozen.includes(victim) && random.chance(0.8)) {
        continue;
      }
      if (frozen.length < frozenMax && random.chance(0.2)) {
        fleet.freeze(victim, random.between(Math.min(5_000, options.freezeMaxMs / 3), options.freezeMaxMs));
        freezes += 1;
        continue;
      }
      // Now and then it dies again while it starts.
      await fleet.kill(victim, { awaitReady: random.chance(options.readyShare) });
      kills += 1;
      if (kills % 20 === 0) {
        options.say(`${kills} kills, ${freezes} freezes, ${Math.round((Date.now() - began) / 1_000)} s`);
      }
    }
  } finally {
    over = true;
    await fleet.restore();
    await acting;
  }
  // One whole scan of each asset at the end: whoever waited for one gets it.
  await upload(storm);
  return { kills, freezes };
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

function tell(
  { say }: StormOptions,
  teams: readonly Team[],
  storm: Storm,
  seen: { readonly kills: number; readonly freezes: number; readonly failedStarts: number; readonly standing: string },
): void {
  const { sums } = storm;
  say(`${seen.kills} kill -9, ${seen.freezes} SIGSTOP, ${seen.failedStarts} starts that gave up and were made again`);
  say(
    `${sums.uploads} uploads, ${sums.decisions} decisions of people (${sums.refused} refused), ${sums.moves} cards moved, ${sums.edits} edited`,
  );
  for (const { name, proxy, hooks } of teams) {
    const faults = faultKinds.map((kind) => `${kind} ${proxy.counts[kind]}`).join(', ');
    say(`${name}: ${proxy.passed()} requests passed; ${faults}; ${hooks.sent} webhooks, ${hooks.refused} not taken`);
  }
  say(`links: ${seen.standing}`);
}
