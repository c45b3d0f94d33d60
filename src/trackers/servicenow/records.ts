import type { Card } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { querySafe } from './api.ts';
import { hiddenTable } from './changes.ts';
import { cardFields, cardOf } from './face.ts';
import { oneRow } from './wire.ts';

/**
 * Through `task`, since an id alone does not tell the table, and a record whose class was changed keeps its id. All that we
 * read of a record is a column of `task`.
 */
export const everyTable = 'task';
const fieldList = { sysparm_fields: cardFields.join(',') };

export async function readRecord(api: Api, ref: string): Promise<Card> {
  const query = { ...fieldList, sysparm_display_value: 'all', sysparm_exclude_reference_link: 'true' };
  const { result } = await api.get(
    `/api/now/v2/table/${everyTable}/${encodeURIComponent(ref)}`,
    oneRow,
    query,
  );
  return cardOf(result, api.origin);
}

/** About 33 characters each, in an address of at most 8,192. */
const idsPerCall = 150;

export async function readRecords(api: Api, refs: readonly string[]): Promise<ReadonlyMap<string, Card | null>> {
  const found = new Map<string, Card | null>(refs.map((ref) => [ref, null]));
  const askable = refs.filter((ref) => /^[0-9a-f]{32}$/u.test(ref));
  for (let at = 0; at < askable.length; at += idsPerCall) {
    const some = askable.slice(at, at + idsPerCall);
    const query = {
      sysparm_query: `sys_idIN${some.join(',')}^ORDERBYsys_id`,
      ...fieldList,
      sysparm_limit: idsPerCall,
    };
    for (const row of (await api.list(everyTable, query)).rows) {
      const card = cardOf(row, api.origin);
      if (!some.includes(card.ref)) {
        throw widened();
      }
      found.set(card.ref, card);
    }
  }
  return found;
}

const hitsMax = 50;

/** Across all tables. The filter is not trusted: the answer to an unknown field is the whole table. */
export async function findRecords(api: Api, marker: string): Promise<readonly Card[]> {
  const query = `correlation_id=${querySafe(marker)}^ORDERBYsys_created_on^ORDERBYnumber^ORDERBYsys_id`;
  const page = await api.list(everyTable, { sysparm_query: query, ...fieldList, sysparm_limit: hitsMax });
  if (page.total !== null && page.total > 0 && page.rows.length === 0) {
    throw hiddenTable(everyTable);
  }
  const cards = page.rows.map((row) => cardOf(row, api.origin));
  // The database compares without regard to case and trailing spaces; anything further apart was never asked for. Where all
  // there is came back all the same, our own are among it; else they may be on a page or behind a rule that we did not see.
  const strangers = cards.some((card) => card.marker?.trim().toLowerCase() !== marker.toLowerCase());
  if (page.more || (strangers && page.total !== page.rows.length)) {
    throw widened();
  }
  return cards.filter((card) => card.marker === marker);
}

function widened(): TrackerFault {
  return new TrackerFault(
    'nonsense',
    'ServiceNow returned records that were not asked for: a part of the query was ignored.',
    {
      hint: 'Let the integration user read correlation_id, and query by it.',
    },
  );
}
