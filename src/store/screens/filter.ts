import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { LinkState, Severity, Status } from '../../core/vocabulary.ts';
import { severityRank } from '../../core/vocabulary.ts';

/** What the list of vulnerabilities is narrowed to. */
export interface Filter {
  readonly assetId?: string;
  readonly status?: readonly Status[];
  readonly severity?: readonly Severity[];
  readonly q?: string;
  readonly tool?: string;
  readonly due?: 'overdue' | 'soon';
  readonly cardState?: readonly (LinkState | 'none')[];
  readonly scanId?: string;
  readonly scanResult?: 'seen' | 'created' | 'fixed';
}

/** Nothing beside the asset narrows it, so that the kept counts answer. */
export function onlyByAsset({ q, tool, due, cardState, scanId }: Omit<Filter, 'status' | 'severity'>): boolean {
  return (q === undefined || q.trim() === '') && tool === undefined && due === undefined && (cardState ?? []).length === 0 && scanId === undefined;
}

const open = ['identified', 'in_progress', 'awaiting_validation'];
/** Written out, as it stands in the partial indexes: a parameter could not use them. */
const isOpen = sql`v.status in ('identified', 'in_progress', 'awaiting_validation')`;
const wordsMax = 10;

/** The condition for `vulnerabilities v`. */
export function where(filter: Filter): RawBuilder<unknown> {
  return sql.join([sql`v.merged_into is null`, ...conditions(filter)], sql` and `);
}

function conditions(filter: Filter): readonly RawBuilder<unknown>[] {
  const { assetId, status, severity, q, tool, due, cardState } = filter;
  const isDue = due === 'overdue' ? sql`v.due_at < now()` : sql`v.due_at >= now() and v.due_at < now() + interval '7 days'`;
  return [
    ...(assetId === undefined ? [] : [sql`v.asset_id = ${assetId}::uuid`]),
    ...(status === undefined || status.length === 0 ? [] : [statusIn(status)]),
    ...(severity === undefined || severity.length === 0 ? [] : [severityIn(severity)]),
    ...(tool === undefined ? [] : [sql`v.tool = ${tool}`]),
    ...(due === undefined ? [] : [isOpen, isDue]),
    ...(cardState === undefined || cardState.length === 0 ? [] : [sql`(${sql.join(cardState.map(hasCard), sql` or `)})`]),
    ...(q === undefined || q.trim() === '' ? [] : [matches(q.trim())]),
    ...ofScan(filter),
  ];
}

/** Whether nothing that is over can match. */
export function isOpenOnly({ status = [], due }: Filter): boolean {
  return due !== undefined || (status.length > 0 && status.every((one) => open.includes(one)));
}

function statusIn(status: readonly Status[]): RawBuilder<unknown> {
  const isExactlyOpen = status.length === open.length && open.every((one) => status.some((given) => given === one));
  if (isExactlyOpen) {
    return isOpen;
  }
  const [only] = status;
  return status.length === 1 && only !== undefined ? sql`v.status = ${only}` : sql`v.status = any (${[...status]}::text[])`;
}

/** Written out: the rare states have an index of their own. */
function hasCard(state: LinkState | 'none'): RawBuilder<unknown> {
  return state === 'none'
    ? sql`not exists (select 1 from links l where l.vulnerability_id = v.id)`
    : sql`exists (select 1 from links l where l.vulnerability_id = v.id and l.state = ${sql.lit(state)})`;
}

/** By rank, which the indexes begin with: the list need not walk past all that is graver. */
function severityIn(severity: readonly Severity[]): RawBuilder<unknown> {
  const ranks = severity.map(severityRank);
  const [only] = ranks;
  return ranks.length === 1 && only !== undefined ? sql`v.severity_rank = ${only}::smallint` : sql`v.severity_rank = any (${ranks}::smallint[])`;
}

/** Every word by its beginning, as `vulnerability_words` splits them; a number may be the ID. */
function matches(q: string): RawBuilder<unknown> {
  const words = q
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, wordsMax);
  const id = /^#?(\d{1,18})$/u.exec(q)?.[1];
  const query = words.map((word) => `${word}:*`).join(' & ');
  const byWords =
    query === '' ? sql`false` : sql`vulnerability_words(v.title, v.rule_id, v.place_words, v.cve) @@ to_tsquery('simple'::regconfig, ${query})`;
  return id === undefined ? byWords : sql`(${byWords} or v.id = ${id}::bigint)`;
}

function ofScan({ scanId, scanResult }: Filter): readonly RawBuilder<unknown>[] {
  if (scanId === undefined) {
    return [];
  }
  if (scanResult === 'fixed') {
    return [sql`v.fixed_by_scan_id::text = ${scanId}`];
  }
  const seen = sql`v.id in (
    select coalesce(m.merged_into, m.id) from occurrences o join vulnerabilities m on m.id = o.vulnerability_id
    where o.scan_id = (select s.id from scans s where s.id::text = ${scanId})
  )`;
  return scanResult === 'created' ? [seen, sql`v.first_seen_at = (select s.started_at from scans s where s.id::text = ${scanId})`] : [seen];
}
