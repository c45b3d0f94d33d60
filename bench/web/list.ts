import pg from 'pg';
import { Pool } from 'undici';
import { databaseOf, makeFolder, startProduct } from '../product/running.ts';

/**
 * `npm run bench:list -- [VULNERABILITIES] [REQUESTS] [RUNS]`: the list's pages through the API beside the same statement on the bare
 * database, by turns, one after the other; figures are milliseconds.
 */
const count = Number(process.argv[2] ?? 1_000_000);
const requests = Number(process.argv[3] ?? 200);
const runs = Number(process.argv[4] ?? 3);
const token = 'a-token-for-the-benches-of-at-least-32-characters';
const open = "v.merged_into is null and v.status in ('identified', 'in_progress', 'awaiting_validation')";
const words = "vulnerability_words(v.title, v.rule_id, v.place_words, v.cve) @@ to_tsquery('simple'::regconfig, 'injection:* & cart:*')";
const select = 'select v.*, s.at::text as last_seen_place, a.name as asset_name from vulnerabilities v join last_seen s on s.vulnerability_id = v.id join assets a on a.id = v.asset_id where';

/** What a person does with the list, and the statement that answers it. */
const cases = [
  { name: 'as it opens', query: 'status=identified&status=in_progress&status=awaiting_validation', sql: `${select} ${open} order by v.severity_rank, v.id limit 51` },
  { name: 'one status', query: 'status=risk_accepted', sql: `${select} v.merged_into is null and v.status = 'risk_accepted' order by v.severity_rank, v.id limit 51` },
  { name: 'one severity', query: 'status=identified&status=in_progress&status=awaiting_validation&severity=low', sql: `${select} ${open} and v.severity_rank = 3::smallint order by v.severity_rank, v.id limit 51` },
  { name: 'last seen first', query: 'status=identified&status=in_progress&status=awaiting_validation&sort=-lastSeen', sql: `${select} ${open} and s.open order by s.at desc, s.vulnerability_id desc limit 51` },
  { name: 'overdue', query: 'due=overdue', sql: `${select} v.merged_into is null and v.status in ('identified', 'in_progress', 'awaiting_validation') and v.due_at < now() order by v.severity_rank, v.id limit 51` },
  { name: 'two words', query: 'q=injection%20cart', sql: `${select} v.merged_into is null and ${words} order by v.severity_rank, v.id limit 51` },
] as const;

const folder = makeFolder();
const product = await startProduct(folder.path);
const client = new pg.Client({ ...databaseOf(folder.path) });
await client.connect();
try {
  await product.call('PATCH', '/api/v1/settings', { dueDays: { critical: 15, high: 30, medium: 60, low: null, informational: null } });
  await product.call('POST', '/api/v1/assets', { name: 'Bench', key: 'bench' });
  await fill();
  const pool = new Pool(product.url, { connections: 1 });
  const ask = async (path: string): Promise<void> => {
    const answer = await pool.request({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } });
    await answer.body.dump();
    if (answer.statusCode !== 200) {
      throw new Error(`${path} answered ${answer.statusCode}.`);
    }
  };
  for (const { name, query, sql } of cases) {
    const path = `/api/v1/vulnerabilities?limit=50&sort=severity&${query}`.replace(/sort=severity&(.*sort=)/u, '$1');
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const [api, bare]: [number[], number[]] = [[], []];
      for (let n = 0; n < requests; n += 1) {
        api.push(await timed(() => ask(path)));
        bare.push(await timed(() => client.query(sql)));
      }
      const [ours, theirs] = [p95(api), p95(bare)];
      times.push(ours / theirs);
      console.log(`${name.padEnd(16)} API p95 ${ours.toFixed(1).padStart(7)}  SQL p95 ${theirs.toFixed(1).padStart(7)}  ${(ours / theirs).toFixed(2)} times  (medians ${median(api).toFixed(1)} and ${median(bare).toFixed(1)})`);
    }
    console.log(`${name.padEnd(16)} of ${runs} runs: least ${Math.min(...times).toFixed(2)} times, median ${median(times).toFixed(2)} times`);
  }
  for (const [name, path] of [['counts by status', '/api/v1/vulnerabilities/counts'], ['the overview', '/api/v1/overview']] as const) {
    const taken: number[] = [];
    for (let n = 0; n < requests; n += 1) {
      taken.push(await timed(() => ask(path)));
    }
    console.log(`${name} p95 ${p95(taken).toFixed(1)} ms, median ${median(taken).toFixed(1)} ms, of ${count} vulnerabilities`);
  }
  await pool.close();
} finally {
  await client.end();
  await product.stop();
  folder.remove();
}

async function fill(): Promise<void> {
  console.log(`Filling ${count} vulnerabilities …`);
  await client.query('begin');
  await client.query('set local synchronous_commit = off');
  // Rows of a bench: each with the entry that its status needs.
  await client.query(
    `with scan as (
       insert into scans (id, asset_id, kind, status, trigger, coverage, branch, started_at)
       select gen_random_uuid(), id, 'report', 'completed', 'ci', 'complete', 'main', now() from assets returning id, asset_id
     ), rows as (
       select n, gen_random_uuid() as entry,
         (array['identified','identified','in_progress','awaiting_validation','fixed','fixed','fixed','fixed','risk_accepted','false_positive'])[1 + n % 10] as status,
         (array['critical','high','medium','medium','low','low','low','informational'])[1 + (n * 7) % 8] as severity
       from generate_series(1, $1::integer) as n
     ), made as (
       insert into vulnerabilities (asset_id, title, severity, status, status_changed_at, status_as_of, status_entry_id, fixed_by_scan_id, decided_by, reason,
         tool, rule_id, location, first_seen_at)
       select scan.asset_id, (array['SQL injection in the','Weak hash in the','Path traversal in the','Open redirect in the'])[1 + n % 4] || ' ' ||
           (array['cart','search','profile','invoice','login','export'])[1 + (n / 4) % 6] || ' ' || n,
         severity, status, now(), now(), entry, case when status = 'fixed' then scan.id end,
         case when status in ('risk_accepted', 'false_positive') then 'bench' end, case when status in ('risk_accepted', 'false_positive') then 'bench' end,
         'Bench', 'rule-' || n % 200, jsonb_build_object('kind', 'file', 'path', 'src/module' || n % 5000 || '/file.ts', 'startLine', n % 900),
         now() - make_interval(mins => n % 100000)
       from rows, scan returning id, status, status_entry_id
     )
     insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, to_status, cause_kind)
     select status_entry_id, id, now(), 'status', 'scan', 'Bench', status, 'scan' from made`,
    [count],
  );
  await client.query('update last_seen set at = now() - make_interval(mins => (vulnerability_id % 5000)::integer)');
  await client.query('commit');
  await client.query('vacuum analyze');
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

function median(times: readonly number[]): number {
  return [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function p95(times: readonly number[]): number {
  return [...times].sort((one, other) => one - other)[Math.floor(times.length * 0.95)] ?? Number.NaN;
}
