import type { Card, Draft, Patch, Target, UpdateOptions, WriteOptions } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { toHtml } from '../kit/rich-text.ts';
import { part } from './api.ts';
import type { Half } from './board-states.ts';
import { halvesOf, isOnBoard, same, stateIn, wayBetween } from './board-states.ts';
import { itemPath, read, seen } from './cards.ts';
import type { Operation } from './face.ts';
import { bodyField, clear, commentMax, createOperations, defaultLane, names, patchOperations, set, testRevision } from './face.ts';
import type { Knowledge, KnownBoard, TypeFacts } from './knowledge.ts';
import type { WireItem } from './wire.ts';
import { deletedItem, workItem } from './wire.ts';

/** Writing: each change is one patch, which the service takes whole or not at all. */

export function need(target: Target, step: string): string {
  const value = target[step];
  if (value === undefined || value === '') {
    throw new TrackerFault('rejected', `The configuration names no ${step}.`, {
      hint: 'Choose one in the configuration.',
      fields: [{ name: `target.${step}`, message: 'is missing' }],
    });
  }
  return value;
}

/** The board of a target, where it has one that shows its type; null: the type's states alone. */
export async function boardOfTarget(knowledge: Knowledge, target: Target, options: { readonly live?: boolean } = {}): Promise<KnownBoard | null> {
  const { project, team, board: id, workItemType } = target;
  if (project === undefined || team === undefined || id === undefined || team === '' || id === '') {
    return null;
  }
  const known = await knowledge.board({ project, team, id }, options);
  return isOnBoard(known.board, workItemType ?? '') ? known : null;
}

const whole = { $expand: 'relations' };

/**
 * In the first state of its type and then, since nothing else is legal on the way in, by a second write to column and lane.
 * The second one may fail without harm: the card tells where it is, and the next visit moves it.
 */
export async function create(knowledge: Knowledge, draft: Draft, { sendBefore }: WriteOptions): Promise<Card> {
  const { api } = knowledge;
  const { target } = draft;
  const project = need(target, 'project');
  const facts = await knowledge.type(project, need(target, 'workItemType'));
  const known = await boardOfTarget(knowledge, target);
  const team = target['team'] ?? '';
  const area = team === '' ? null : await knowledge.areaOf(project, team);
  const path = `/${part(project)}/_apis/wit/workitems/$${part(facts.type.name)}`;
  const body = createOperations(draft, facts, area);
  const item = await api.write({ method: 'POST', path, schema: workItem, query: whole, body, sendBefore });
  const made = await seen(knowledge, item, 'active', target);
  const there = await moveOperations({ facts, known, patch: { state: draft.state, target }, card: made });
  const steps = made.state === draft.state ? [] : there.steps;
  const last = [...(made.state === draft.state ? [] : there.last), ...there.lane];
  if (last.length === 0) {
    return made;
  }
  try {
    return await send(knowledge, { ref: made.ref, revision: made.revision, target, steps, last, sendBefore });
  } catch (fault) {
    if (fault instanceof TrackerFault) {
      return made;
    }
    throw fault;
  }
}

interface Sending {
  readonly ref: string;
  readonly revision: string;
  readonly target?: Target;
  /** Each a patch of its own, before the last. */
  readonly steps: readonly (readonly Operation[])[];
  readonly last: readonly Operation[];
  readonly sendBefore: number;
}

/** Every patch begins with a test of the revision: a card that moved on refuses it whole. */
async function send(knowledge: Knowledge, { ref, revision, target, steps, last, sendBefore }: Sending): Promise<Card> {
  let rev = revision;
  let card: Card | null = null;
  for (const operations of [...steps, last].filter((one) => one.length > 0)) {
    card = await seen(knowledge, await patched(knowledge, { ref, rev, operations, sendBefore }), 'active', target);
    rev = card.revision;
  }
  return card ?? read(knowledge, ref);
}

interface Patching {
  readonly ref: string;
  readonly rev: string;
  readonly operations: readonly Operation[];
  readonly sendBefore: number;
}

const ofBoard = ({ path }: Operation) => path.startsWith('/fields/WEF_');

/** A work item that does not know the board's fields refuses the whole patch: then all but the board's fields is written. */
async function patched({ api }: Knowledge, { ref, rev, operations, sendBefore }: Patching): Promise<WireItem> {
  const write = (some: readonly Operation[]) =>
    api.write({ method: 'PATCH', path: itemPath(ref), schema: workItem, query: whole, body: [testRevision(rev), ...some], sendBefore });
  try {
    return await write(operations);
  } catch (fault) {
    const rest = operations.filter((one) => !ofBoard(one));
    const isBoardless = fault instanceof TrackerFault && fault.detail.trackerCode === 'TF51535' && /WEF_/u.test(fault.message);
    if (!isBoardless || rest.length === 0 || rest.length === operations.length) {
      throw fault;
    }
    return write(rest);
  }
}

interface Moving {
  readonly facts: TypeFacts;
  readonly known: KnownBoard | null;
  readonly patch: Pick<Patch, 'state' | 'target'>;
  readonly card: Card;
}

interface Move {
  /** States on the way, where the process forbids the jump. */
  readonly steps: readonly (readonly Operation[])[];
  readonly last: readonly Operation[];
  readonly lane: readonly Operation[];
}

async function moveOperations({ facts, known, patch, card }: Moving): Promise<Move> {
  const lane = patch.target === undefined || known === null ? [] : laneOperations(known, patch.target, card);
  if (patch.state === undefined) {
    return { steps: [], last: [], lane };
  }
  const { type } = facts;
  const halves = known === null ? [] : halvesOf(known.board);
  const half = halves.find(({ value }) => value === patch.state);
  const state = half === undefined ? stateNamed(facts, patch.state) : stateIn(half.column, type.name);
  if (state === undefined) {
    throw noSuchState(patch.state, type.name);
  }
  const way = wayBetween(type, stateBefore(card, halves, type.name), state);
  return {
    steps: way.slice(0, -1).map((one) => [set(names.state, one)]),
    last: [set(names.state, state), ...(half === undefined || known === null ? [] : columnOperations(known, half))],
    lane,
  };
}

function stateNamed({ type }: TypeFacts, name: string): string | undefined {
  return type.states.find((one) => same(one.name, name))?.name;
}

function stateBefore(card: Card, halves: readonly Half[], type: string): string {
  const half = halves.find(({ value }) => value === card.state);
  return (half === undefined ? undefined : stateIn(half.column, type)) ?? card.state;
}

/** By the board's own field names, and by the column's name as it is today. */
function columnOperations({ board }: KnownBoard, { column, half }: Half): readonly Operation[] {
  const { columnField, doneField } = board.fields;
  return [
    set(columnField.referenceName, column.name),
    ...(half === null ? [] : [set(doneField.referenceName, half === 'done')]),
  ];
}

/** The default lane has no name: a card is in it when its field is empty. Where no lane is chosen a card keeps its own. */
function laneOperations({ board }: KnownBoard, { lane = '' }: Target, card: Card): readonly Operation[] {
  const now = card.place['lane'] ?? defaultLane;
  const row = (board.rows ?? []).find(({ id }) => id === lane);
  const field = board.fields.rowField.referenceName;
  if (now === lane || lane === '') {
    return [];
  }
  if (lane === defaultLane || row === undefined || (row.name ?? '') === '') {
    return now === defaultLane ? [] : [clear(field)];
  }
  return [set(field, row.name)];
}

function noSuchState(value: string, type: string): TrackerFault {
  return new TrackerFault('rejected', `There is neither a column nor a state “${value}” for ${type} there.`, {
    errorClass: 'workflow',
    hint: 'The column was deleted, or the card is on another board now. Look at the status mapping.',
  });
}

export async function update(knowledge: Knowledge, ref: string, patch: Patch, options: UpdateOptions): Promise<Card> {
  const { sendBefore } = options;
  const restores = patch.restore === true && options.card.presence === 'discarded';
  const card = restores ? await restored(knowledge, ref, sendBefore) : options.card;
  const revision = restores ? card.revision : options.revision;
  const project = need(card.place, 'project');
  const target = { ...card.place, ...patch.target };
  refuseFarMoves(card, target);
  const facts = await aroundCard(knowledge.type(project, need(card.place, 'workItemType')));
  const known = await aroundCard(boardOfTarget(knowledge, target));
  const area = await aroundCard(areaOperations(knowledge, card, patch.target));
  const move = await moveOperations({ facts, known, patch, card });
  const format = patch.body === undefined ? null : await formatOf(knowledge, ref, bodyField(facts));
  const comment = patch.comment === undefined ? [] : [set(names.history, toHtml(patch.comment, { max: commentMax }))];
  const last = [...move.last, ...move.lane, ...patchOperations(patch, facts, format), ...comment];
  const wanted = known === null ? undefined : target;
  return send(knowledge, { ref, revision, ...(wanted === undefined ? {} : { target: wanted }), steps: [...area, ...move.steps], last, sendBefore });
}

/** A board, a team or a type that is gone is not the card that is gone. */
async function aroundCard<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (fault) {
    if (fault instanceof TrackerFault && fault.kind === 'gone') {
      const hint = fault.detail.hint ?? 'The board or the team was deleted. Choose another in the configuration.';
      throw new TrackerFault('rejected', fault.message, { ...fault.detail, errorClass: 'workflow', hint, cause: fault });
    }
    throw fault;
  }
}

/** Out of the recycle bin: one more revision. */
async function restored(knowledge: Knowledge, ref: string, sendBefore: number): Promise<Card> {
  await knowledge.api.write({
    ...{ method: 'PATCH', path: itemPath(ref, 'recyclebin'), sendBefore },
    schema: deletedItem.partial(),
    body: { isDeleted: false },
  });
  return read(knowledge, ref);
}

/** To another project or type a person takes it: required fields and states are others there. */
function refuseFarMoves(card: Card, target: Target): void {
  for (const step of ['project', 'workItemType']) {
    if (!same(card.place[step] ?? '', target[step] ?? '')) {
      throw new TrackerFault('rejected', 'Patchboard does not move a work item to another project or type.', {
        errorClass: 'workflow',
        hint: 'Move it in Azure Boards (… → Move to team project, Change type), or leave it where it is.',
      });
    }
  }
}

/** To another team's board through its area path; before anything else, since the item learns the board's fields by it. */
async function areaOperations(knowledge: Knowledge, card: Card, target: Target | undefined): Promise<readonly (readonly Operation[])[]> {
  const { project = '', team } = card.place;
  const to = target?.['team'];
  if (to === undefined || to === '' || to === team) {
    return [];
  }
  const area = await knowledge.areaOf(project, to);
  return area === null ? [] : [[set(names.area, area)]];
}

async function formatOf({ api }: Knowledge, ref: string, field: string): Promise<string | null> {
  const { multilineFieldsFormat } = await api.get(itemPath(ref), workItem, { fields: field });
  return multilineFieldsFormat?.[field]?.toLowerCase() ?? null;
}
