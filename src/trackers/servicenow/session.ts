import type {
  Card,
  Draft,
  Patch,
  Session,
  SessionContext,
  UpdateOptions,
  WriteOptions,
} from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { makeApi, querySafe } from './api.ts';
import { changes, hiddenTable, inventory } from './changes.ts';
import { checkSteps } from './check.ts';
import type { Body, Unstuck } from './face.ts';
import { cardFields, cardOf, createBody, noteOf, patchBody, titleMax, unstuck } from './face.ts';
import type { Knowledge } from './knowledge.ts';
import { makeKnowledge, tableOf } from './knowledge.ts';
import { readPriorityRule, severityChoices } from './priority-rule.ts';
import { remoteStates, requiredFields, validate } from './required-fields.ts';
import { computesPriority, shippedPriorities, stateModel } from './tables.ts';
import { targetTables } from './target-tables.ts';
import type { Row } from './wire.ts';
import { nextStates, oneRow, valueOf } from './wire.ts';

/** The verbs, in the order of the contract. */
export function openSession(context: SessionContext): Session {
  const api = makeApi(context);
  const knowledge = makeKnowledge(api);
  return {
    check: (targets) => checkSteps(knowledge, context, targets),
    read: (ref) => read(api, ref),
    readMany: (refs) => readMany(api, refs),
    find: (marker) => find(api, marker),
    create: (draft, options) => create(knowledge, draft, options),
    update: (ref, patch, options) => update(knowledge, ref, patch, options),
    changes: (cursor, targets) => changes(api, cursor, targets),
    inventory: (cursor, targets) => inventory(api, cursor, targets),
    targetOptions: (step) => (step === 'table' ? targetTables(knowledge) : Promise.reject(noSuchStep(step))),
    remoteStates: (target) => remoteStates(knowledge, tableOf(target)),
    requiredFields: (target) => requiredFields(knowledge, tableOf(target)),
    severityChoices: async (target) => {
      const table = tableOf(target);
      return severityChoices(await readPriorityRule(api, table), (await knowledge.columns(table)) ?? {});
    },
    validate: (configuration) => validate(knowledge, configuration),
    render: async (draft) => {
      const table = tableOf(draft.target);
      const facts = {
        table,
        titleMax,
        computesPriority: computesPriority(table),
        priorities: shippedPriorities,
      };
      const { short_description: title = '', description = '', ...fields } = createBody(draft, facts);
      return { title, body: description, fields };
    },
  };
}

/**
 * Through `task`, since an id alone does not tell the table, and a record whose class was changed keeps its id. All that we
 * read of a record is a column of `task`.
 */
const everyTable = 'task';
const fieldList = { sysparm_fields: cardFields.join(',') };

async function read(api: Api, ref: string): Promise<Card> {
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

async function readMany(api: Api, refs: readonly string[]): Promise<ReadonlyMap<string, Card | null>> {
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
async function find(api: Api, marker: string): Promise<readonly Card[]> {
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

function noSuchStep(step: string): TrackerFault {
  return new TrackerFault('rejected', `ServiceNow has no target step “${step.slice(0, 80)}”, only table.`, {
    errorClass: 'bug',
  });
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

async function create(knowledge: Knowledge, draft: Draft, options: WriteOptions): Promise<Card> {
  const { api } = knowledge;
  const table = tableOf(draft.target);
  querySafe(draft.marker);
  const body = createBody(draft, await knowledge.facts(table, draft.title));
  const row = await api.write({
    method: 'POST',
    table,
    fields: fieldsOf(body),
    body,
    sendBefore: options.sendBefore,
  });
  const card = cardOf(row, api.origin);
  // A state model may have put it into its first state: the card says so, and it is no failure of the create.
  const lost = unstuck(body, row).filter(({ name }) => name !== 'state');
  if (lost.length > 0) {
    throw notAccepted(`The record ${card.key} was created, but ServiceNow did not keep all of it`, lost);
  }
  return card;
}

function fieldsOf(body: Body): readonly string[] {
  return [...new Set([...cardFields, ...Object.keys(body)])];
}

/**
 * State, fields and work note go in one request: either all of it is on the record or none, and after a lost answer the
 * state tells whether the note is there. A journal entry cannot be taken back, so a second try would double it.
 */
async function update(
  knowledge: Knowledge,
  ref: string,
  patch: Patch,
  options: UpdateOptions,
): Promise<Card> {
  const { api } = knowledge;
  const table = options.card.place['table'] ?? everyTable;
  if (patch.target !== undefined && tableOf(patch.target) !== table) {
    throw new TrackerFault('rejected', 'ServiceNow cannot move a record to another table.', {
      errorClass: 'workflow',
    });
  }
  const body = patchBody(patch, await knowledge.facts(table, patch.title ?? ''));
  const note: Body = patch.comment === undefined ? {} : { work_notes: noteOf(patch.comment) };
  const sent = { ...body, ...note };
  if (Object.keys(sent).length === 0) {
    return read(api, ref);
  }
  const row = await patched(knowledge, { table, ref, body, note, options });
  const lost = unstuck(body, row);
  if (lost.length > 0) {
    throw await refusedSilently(api, { table, ref, lost, row });
  }
  return cardOf(row, api.origin);
}

interface Write {
  readonly table: string;
  readonly ref: string;
  readonly body: Body;
  readonly note: Body;
  readonly options: UpdateOptions;
}

async function patched({ api }: Knowledge, { table, ref, body, note, options }: Write): Promise<Row> {
  const sent = { ...body, ...note };
  const wish = {
    method: 'PATCH' as const,
    table,
    ref,
    fields: fieldsOf(sent),
    sendBefore: options.sendBefore,
  };
  try {
    return await api.write({ ...wish, body: sent });
  } catch (fault) {
    const refused =
      fault instanceof TrackerFault && fault.kind === 'rejected' && fault.detail.errorClass === 'workflow';
    if (refused && body['state'] !== undefined && note['work_notes'] !== undefined) {
      // The state model refused the whole request: the note alone keeps people in step.
      await api.write({ ...wish, body: note });
    }
    throw refused ? await withNextStates(api, { table, ref, fault }) : fault;
  }
}

function notAccepted(words: string, lost: readonly Unstuck[], hint?: string): TrackerFault {
  const list = lost.map(({ name, message }) => `${name} ${message}`).join('; ');
  return new TrackerFault('rejected', `${words}: ${list}.`, {
    errorClass: lost.some(({ name }) => name === 'state') ? 'workflow' : 'validation',
    trackerMessage: `ServiceNow did not accept: ${list}`,
    fields: lost,
    hint:
      hint ??
      'A value outside the choice list, a read-only field and a field we may not write are dropped without a word.',
  });
}

interface Refused {
  readonly table: string;
  readonly ref: string;
  readonly lost: readonly Unstuck[];
  readonly row: Row;
}

async function refusedSilently(api: Api, { table, ref, lost, row }: Refused): Promise<TrackerFault> {
  const key = valueOf(row, 'number') ?? ref;
  const model = lost.some(({ name }) => name === 'state') ? stateModel(table) : null;
  const ways = model === null ? null : await waysOut(api, table, ref);
  const hint =
    model === null
      ? undefined
      : `${model.words}${ways ?? ''} Move the record in ServiceNow, or leave the status unmapped.`;
  return notAccepted(`ServiceNow answered 200 and did not keep all of the change of ${key}`, lost, hint);
}

async function withNextStates(
  api: Api,
  { table, ref, fault }: { table: string; ref: string; fault: TrackerFault },
): Promise<TrackerFault> {
  const ways = await waysOut(api, table, ref);
  const hint = `${fault.detail.hint ?? ''}${ways ?? ''}`;
  return new TrackerFault('rejected', fault.message, { ...fault.detail, hint, cause: fault });
}

/** Where a change request may go now; the API exists for this table alone. */
async function waysOut(api: Api, table: string, ref: string): Promise<string | null> {
  if (table !== 'change_request') {
    return null;
  }
  try {
    const path = `/api/sn_chg_rest/change/${encodeURIComponent(ref)}/nextstates`;
    const { result } = await api.get(path, nextStates);
    const labels = result.available_states.map(
      (state) => result.state_label?.[String(state)] ?? String(state),
    );
    return ` From here it may go to: ${labels.join(', ') || 'nowhere without an approval'}.`;
  } catch {
    // It only rounds off a message; the refusal itself is what has to be told.
    return null;
  }
}
