import type { Card, Patch, UpdateOptions } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import type { Body, Unstuck } from './face.ts';
import { cardFields, cardOf, noteOf, patchBody, unstuck } from './face.ts';
import { ifAllowed } from './faults.ts';
import type { Knowledge } from './knowledge.ts';
import { tableOf } from './knowledge.ts';
import { priorityNotice } from './priority-rule.ts';
import { everyTable, readRecord } from './records.ts';
import { shippedStates, stateModel, transitionFields } from './tables.ts';
import type { Row } from './wire.ts';
import { nextStates, valueOf } from './wire.ts';

export function fieldsOf(body: Body): readonly string[] {
  return [...new Set([...cardFields, ...Object.keys(body)])];
}

/**
 * State, fields and work note go in one request: either all of it is on the record or none, and after a lost answer the
 * state tells whether the note is there. A journal entry cannot be taken back, so a second try would double it.
 */
export async function update(
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
  const facts = await knowledge.facts(table, patch.title ?? '');
  const note: Body = patch.comment === undefined ? {} : { work_notes: noteOf(patch.comment) };
  const body = { ...patchBody(patch, facts), ...note };
  if (Object.keys(body).length === 0) {
    return readRecord(api, ref);
  }
  // What is left where the state is refused: the note tells it, and all else of the change is written.
  const { state: _state, fields: _fields, ...rest } = patch;
  const stateless = { ...patchBody(rest, facts), ...note };
  const row = await patched(api, { table, ref, body, stateless, options });
  const lost = unstuck(body, row);
  if (lost.length > 0) {
    throw await refusedSilently(api, { table, ref, lost, row, isTold: note['work_notes'] !== undefined });
  }
  return noticed(api, table, body, row);
}

/** The card after a write, with what came of it otherwise than expected. */
export async function noticed(api: Api, table: string, sent: Body, row: Row): Promise<Card> {
  const notice = await priorityNotice(api, table, sent, row);
  const card = cardOf(row, api.origin);
  return notice === null ? card : { ...card, notice };
}

interface Write {
  readonly table: string;
  readonly ref: string;
  readonly body: Body;
  /** The same without the state and the fields that go with it. */
  readonly stateless: Body;
  readonly options: UpdateOptions;
}

async function patched(api: Api, { table, ref, body, stateless, options }: Write): Promise<Row> {
  const { sendBefore, card } = options;
  const wish = { method: 'PATCH' as const, table, ref, fields: fieldsOf(body), sendBefore };
  try {
    return await api.write({ ...wish, body });
  } catch (fault) {
    const refused = fault instanceof TrackerFault ? ofWorkflow(fault, card) : null;
    if (refused === null || body['state'] === undefined) {
      throw fault;
    }
    // The state model refused the whole request: the note, with all that is not about the state, keeps people in step.
    const told = stateless['work_notes'] === undefined ? null : await ifAllowed(() => api.write({ ...wish, body: stateless }));
    throw await withNextStates(api, { table, ref, fault: refused, told: told === null ? undefined : cardOf(told, api.origin) });
  }
}

/** A refusal of the state; null: of something else. Who may not write to a closed record may write to others all the same. */
function ofWorkflow(fault: TrackerFault, card: Card): TrackerFault | null {
  if (fault.kind === 'rejected' && fault.detail.errorClass === 'workflow') {
    return fault;
  }
  return fault.kind === 'forbidden' && isClosed(card)
    ? new TrackerFault('rejected', `ServiceNow does not let us change a record that is ${card.stateLabel}: ${fault.message}`, {
        ...fault.detail,
        errorClass: 'workflow',
        hint: 'Reopening is documented from Resolved alone. Reopen it in ServiceNow, or let Patchboard make another record (Re-create). Map Fixed to Resolved, not to Closed.',
      })
    : null;
}

function isClosed({ place, state }: Card): boolean {
  const category = shippedStates(place['table'] ?? '')[state]?.[1];
  return category === 'done' || category === 'removed';
}

interface Rest {
  readonly hint?: string | undefined;
  readonly told?: Card | undefined;
}

export function notAccepted(words: string, lost: readonly Unstuck[], { hint, told }: Rest = {}): TrackerFault {
  const list = lost.map(({ name, message }) => `${name} ${message}`).join('; ');
  return new TrackerFault('rejected', `${words}: ${list}.`, {
    errorClass: lost.some(({ name }) => name === 'state') ? 'workflow' : 'validation',
    trackerMessage: `ServiceNow did not accept: ${list}`,
    fields: lost,
    ...(told === undefined ? {} : { told }),
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
  readonly isTold: boolean;
}

async function refusedSilently(api: Api, { table, ref, lost, row, isTold }: Refused): Promise<TrackerFault> {
  const key = valueOf(row, 'number') ?? ref;
  const model = lost.some(({ name }) => name === 'state') ? stateModel(table) : null;
  const ways = model === null ? null : await waysOut(api, table, ref);
  const hint =
    model === null
      ? undefined
      : `${model.words}${ways ?? ''} Move the record in ServiceNow, or leave the status unmapped.`;
  // Fields of the transition fall with the state; anything else that is missing is a matter of its own.
  const onlyState = lost.some(({ name }) => name === 'state') && lost.every(({ name }) => name === 'state' || isOfTransition(table, name));
  const told = isTold && onlyState ? cardOf(row, api.origin) : undefined;
  return notAccepted(`ServiceNow answered 200 and did not keep all of the change of ${key}`, lost, { hint, told });
}

function isOfTransition(table: string, name: string): boolean {
  return transitionFields(table).some((field) => field.name === name);
}

async function withNextStates(
  api: Api,
  { table, ref, fault, told }: { table: string; ref: string; fault: TrackerFault; told: Card | undefined },
): Promise<TrackerFault> {
  const ways = await waysOut(api, table, ref);
  const hint = `${fault.detail.hint ?? ''}${ways ?? ''}`;
  return new TrackerFault('rejected', fault.message, { ...fault.detail, hint, cause: fault, ...(told === undefined ? {} : { told }) });
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
