import { z } from 'zod';
import type { ChangePage, InventoryPage, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api, Page } from './api.ts';
import { correlationDisplay } from './face.ts';
import { tableOf } from './knowledge.ts';
import type { Row } from './wire.ts';
import { stamp, timeOf, valueOf } from './wire.ts';

const pageMax = 200;
/** Several nodes and transactions longer than a second: what was changed may become visible late. */
const overlapMs = 120_000;

/** How far one table has been read. `after` continues inside one second that filled a whole page; `skip` passes rows which we may not see. */
const place = z.object({
  since: z.string(),
  after: z.string().optional(),
  skip: z.number().int().nonnegative().optional(),
});
const cursorShape = z.object({
  v: z.literal(1),
  /** Where the next round starts, per table: the server's time when the last round began, less the overlap. */
  from: z.record(z.string(), z.string()),
  /** The table under way, and the server's time when its round began. */
  now: z.object({ table: z.string(), began: z.string(), place }).nullable(),
});
type Cursor = z.infer<typeof cursorShape>;

/**
 * One page of one table. Ordered by time and id, from an inclusive bound with an overlap, so that ties and late commits
 * are repeated and never skipped; and never past the server's clock, since real records are dated 2035.
 */
export async function changes(
  api: Api,
  text: string | null,
  targets: readonly Target[],
): Promise<ChangePage> {
  const tables = [...new Set(targets.map(tableOf))].sort();
  const [first] = tables;
  if (first === undefined) {
    return { changes: [], cursor: text ?? write({ v: 1, from: {}, now: null }), more: false };
  }
  const cursor = await started(api, text, tables);
  const table = cursor.now !== null && tables.includes(cursor.now.table) ? cursor.now.table : first;
  const here = cursor.now?.table === table ? cursor.now.place : { since: cursor.from[table] ?? stamp(0) };
  const page = await api.list(table, {
    sysparm_query: queryOf(here),
    sysparm_fields: 'sys_id,sys_mod_count,sys_updated_on,correlation_id,correlation_display',
    sysparm_limit: pageMax,
    sysparm_offset: here.skip,
  });
  page.rows.forEach((row) => verify(row, here));
  await refuseHidden(api, table, page);
  const began = cursor.now?.table === table ? cursor.now.began : stamp(page.serverTime);
  const next = page.more ? following(here, page.rows) : null;
  const after =
    next === null
      ? finished(cursor, table, began, tables)
      : { ...cursor, now: { table, began, place: next } };
  return {
    changes: page.rows.map((row) => ({
      ref: valueOf(row, 'sys_id') ?? '',
      order: Number(valueOf(row, 'sys_mod_count') || 0),
      marker: valueOf(row, 'correlation_id') || null,
    })),
    cursor: write(after),
    more: after.now !== null,
  };
}

type Place = z.infer<typeof place>;

function queryOf({ since, after }: Place): string {
  const ours = `correlation_display=${correlationDisplay}`;
  return after === undefined
    ? `${ours}^sys_updated_on>=${since}^ORDERBYsys_updated_on^ORDERBYsys_id`
    : `${ours}^sys_updated_on=${since}^sys_id>${after}^ORDERBYsys_id`;
}

/** A term that the instance dropped would return the whole table. */
function verify(row: Row, { since, after }: Place): void {
  const at = timeOf(valueOf(row, 'sys_updated_on'));
  const fits =
    at !== null && at >= (timeOf(since) ?? 0) && valueOf(row, 'correlation_display') === correlationDisplay;
  if (!fits || (after !== undefined && (valueOf(row, 'sys_id') ?? '') <= after)) {
    throw new TrackerFault(
      'nonsense',
      'ServiceNow returned records which the query excludes: a part of the query was ignored.',
      {
        hint: 'Let the integration user read correlation_display, correlation_id and sys_updated_on, and query by them (query access rules).',
      },
    );
  }
}

const probedRows = 200;

/**
 * Counted, and none of them shown: either the few that changed are hidden from us, or the whole table is, which must not look
 * like “nothing changed”. Any of our latest records that is shown tells the two apart.
 */
async function refuseHidden(api: Api, table: string, page: Page): Promise<void> {
  if (page.rows.length > 0 || page.total === null || page.total === 0) {
    return;
  }
  const probe = await api.list(table, {
    sysparm_query: `correlation_display=${correlationDisplay}^ORDERBYDESCsys_updated_on`,
    sysparm_fields: 'sys_id',
    sysparm_limit: probedRows,
  });
  if (probe.rows.length === 0) {
    throw hiddenTable(table);
  }
}

export function hiddenTable(table: string): TrackerFault {
  return new TrackerFault(
    'forbidden',
    `ServiceNow counts matching records in “${table}” and shows us none of them.`,
    {
      hint: `Give the integration user a role that reads “${table}”.`,
    },
  );
}

/** A full page ends inside a second or at its edge: the next one starts at that second again, or continues inside it. */
function following(here: Place, page: readonly Row[]): Place {
  const last = page.at(-1);
  if (last === undefined) {
    return { ...here, skip: (here.skip ?? 0) + pageMax };
  }
  const at = valueOf(last, 'sys_updated_on') ?? here.since;
  const tied = at === here.since || here.after !== undefined;
  return tied ? { since: at, after: valueOf(last, 'sys_id') ?? '' } : { since: at };
}

function finished(cursor: Cursor, table: string, began: string, tables: readonly string[]): Cursor {
  const inside = cursor.now?.table === table ? cursor.now.place : null;
  if (inside?.after !== undefined) {
    // The tied second is read to its end: on with the one after it.
    const since = stamp((timeOf(inside.since) ?? 0) + 1_000);
    return { ...cursor, now: { table, began, place: { since } } };
  }
  const from = { ...cursor.from, [table]: stamp((timeOf(began) ?? 0) - overlapMs) };
  const next = tables[tables.indexOf(table) + 1];
  const now = next === undefined ? null : { table: next, began, place: { since: from[next] ?? stamp(0) } };
  return { v: 1, from, now };
}

/** A table that is new to the cursor counts from now on, by the server's clock. */
async function started(api: Api, text: string | null, tables: readonly string[]): Promise<Cursor> {
  const known = text === null ? null : cursorShape.safeParse(jsonOf(text));
  if (known !== null && !known.success) {
    throw new TrackerFault('nonsense', 'The cursor of the last poll is not one of ours.', {
      errorClass: 'bug',
    });
  }
  const cursor: Cursor = known === null ? { v: 1, from: {}, now: null } : known.data;
  const [fresh] = tables.filter((table) => cursor.from[table] === undefined);
  if (fresh === undefined) {
    return cursor;
  }
  const { serverTime } = await api.list(fresh, { sysparm_fields: 'sys_id', sysparm_limit: 1 });
  const from = Object.fromEntries(
    tables.map((table) => [table, cursor.from[table] ?? stamp(serverTime - overlapMs)]),
  );
  return { ...cursor, from };
}

const inventoryShape = z.object({
  v: z.literal(1),
  table: z.string(),
  after: z.string(),
  skip: z.number().optional(),
});

/** Every record that carries our name, by id, table after table. */
export async function inventory(
  api: Api,
  text: string | null,
  targets: readonly Target[],
): Promise<InventoryPage> {
  const tables = [...new Set(targets.map(tableOf))].sort();
  const parsed = text === null ? null : inventoryShape.safeParse(jsonOf(text));
  const here = parsed?.success === true ? parsed.data : { v: 1 as const, table: tables[0] ?? '', after: '' };
  if (!tables.includes(here.table)) {
    return { cards: [], cursor: null };
  }
  const beyond = here.after === '' ? '' : `^sys_id>${here.after}`;
  const page = await api.list(here.table, {
    sysparm_query: `correlation_display=${correlationDisplay}${beyond}^ORDERBYsys_id`,
    sysparm_fields: 'sys_id,sys_mod_count,correlation_id,correlation_display,sys_updated_on',
    sysparm_limit: pageMax,
    sysparm_offset: here.skip,
  });
  page.rows.forEach((row) => verify(row, { since: stamp(0), after: here.after }));
  await refuseHidden(api, here.table, page);
  const last = page.rows.at(-1);
  const next = tables[tables.indexOf(here.table) + 1];
  const within =
    last === undefined
      ? { ...here, skip: (here.skip ?? 0) + pageMax }
      : { v: 1, table: here.table, after: valueOf(last, 'sys_id') ?? '' };
  const beyondTable = next === undefined ? null : { v: 1, table: next, after: '' };
  const following = page.more ? within : beyondTable;
  return {
    cards: page.rows.map((row) => ({
      ref: valueOf(row, 'sys_id') ?? '',
      marker: valueOf(row, 'correlation_id') || null,
      order: Number(valueOf(row, 'sys_mod_count') || 0),
    })),
    cursor: following === null ? null : JSON.stringify(following),
  };
}

function write(cursor: Cursor): string {
  return JSON.stringify(cursor);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
