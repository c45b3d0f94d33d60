import type { RequiredField, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { part } from './api.ts';
import { same } from './board-states.ts';
import type { Operation } from './face.ts';
import { givenOperations, isOurs, names, set } from './face.ts';
import type { Knowledge, TypeFacts } from './knowledge.ts';
import { checkedItem, fieldDefinition } from './wire.ts';
import { need } from './writes.ts';

/** Filled by the service itself, whatever the process says. */
const filled = new Set(['System.AreaPath', 'System.AreaId', 'System.IterationPath', 'System.IterationId', 'System.Reason']);

/**
 * What the type demands and neither we nor the process fill: as its fields say, and as the service says to a draft that it
 * checks without writing, since rules of custom processes are told by no list.
 */
export async function requiredFields(knowledge: Knowledge, target: Target): Promise<readonly RequiredField[]> {
  const project = need(target, 'project');
  const facts = await knowledge.type(project, need(target, 'workItemType'), { live: true });
  const demanded = facts.fields.filter(
    ({ referenceName, alwaysRequired, defaultValue }) =>
      alwaysRequired === true && isEmpty(defaultValue) && !isOurs(referenceName) && !filled.has(referenceName),
  );
  const refused = await refusedFields(knowledge, { target, facts, fields: {} });
  const all = new Set([...demanded.map(({ referenceName }) => referenceName), ...refused.map(({ name }) => name)]);
  return Promise.all([...all].filter((name) => name !== '' && !isOurs(name) && !filled.has(name)).map((name) => describe(knowledge, { project, facts, name })));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

interface Named {
  readonly project: string;
  readonly facts: TypeFacts;
  readonly name: string;
}

async function describe({ api }: Knowledge, { project, facts, name }: Named): Promise<RequiredField> {
  const own = facts.fields.find(({ referenceName }) => same(referenceName, name));
  const field = await api.get(`/${part(project)}/_apis/wit/fields/${part(name)}`, fieldDefinition);
  const allowed = (own?.allowedValues ?? []).filter((value) => ['string', 'number'].includes(typeof value)).map(String);
  const type = allowed.length > 0 ? 'choice' : typeOf(field.type, field.isIdentity === true);
  return {
    name,
    label: own?.name ?? field.name,
    type,
    ...(allowed.length === 0 ? {} : { choices: allowed.map((value) => ({ value, label: value })) }),
    ...(isEmpty(own?.defaultValue) ? {} : { default: String(own?.defaultValue) }),
  };
}

function typeOf(type: string, isIdentity: boolean): RequiredField['type'] {
  if (isIdentity) {
    return 'user';
  }
  switch (type.toLowerCase()) {
    case 'integer':
    case 'double':
      return 'number';
    case 'datetime':
      return 'date';
    case 'boolean':
      return 'boolean';
    default:
      return 'text';
  }
}

export interface DraftWish {
  readonly target: Target;
  readonly facts: TypeFacts;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Refusals = NonNullable<TrackerFault['detail']['fields']>;

/** What the service says to such a work item, without making it. Empty: it would take it. */
export async function refusedFields(knowledge: Knowledge, wish: DraftWish): Promise<Refusals> {
  try {
    await checkDraft(knowledge, wish);
    return [];
  } catch (fault) {
    if (!(fault instanceof TrackerFault) || fault.kind !== 'rejected') {
      throw fault;
    }
    const { fields = [], trackerMessage = fault.message } = fault.detail;
    return fields.length > 0 ? fields : [{ name: '', message: trackerMessage }];
  }
}

export async function checkDraft({ api }: Knowledge, { target, facts, fields }: DraftWish): Promise<void> {
  const path = `/${part(need(target, 'project'))}/_apis/wit/workitems/$${part(facts.type.name)}`;
  const body: Operation[] = [set(names.title, 'Patchboard checks whether it may create work items'), ...givenOperations(fields)];
  await api.ask({ path, schema: checkedItem, query: { validateOnly: true }, body });
}
