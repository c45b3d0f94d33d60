import type { BrokenRule } from './sandbox-errors.ts';
import { ApiError, badRequest, emptyRule, listRule, noSuchField, rulesBroken } from './sandbox-errors.ts';
import type { FieldDefinition } from './sandbox-fields.ts';
import type { Fields, Shown } from './sandbox-kanban.ts';
import { namesOf, stateOfColumns } from './sandbox-kanban.ts';
import type { Organization, Person, Project } from './sandbox-organization.ts';
import { same } from './sandbox-organization.ts';
import type { FieldWish } from './sandbox-patch.ts';
import type { WorkItemType } from './sandbox-processes.ts';

/** What may be written into which field, and what a process adds by itself. */

const titleMax = 255;
const longTextMax = 1_048_576;
const tagsMax = 100;
const tagMax = 400;

export interface Ground {
  readonly organization: Organization;
  readonly project: Project;
  readonly type: WorkItemType;
  readonly shown: readonly Shown[];
  /** Null: the work item is being made. */
  readonly before: Fields | null;
  readonly id: number;
}

/** The wished values under their reference names, each in the form in which it is kept; undefined empties a field. */
export function accepted(ground: Ground, wishes: readonly FieldWish[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const wish of wishes) {
    const field = knownField(ground, wish.name);
    if (field.readOnly) {
      throw new ApiError(
        400,
        'RuleValidationException',
        `TF401326: Invalid field status 'ReadOnly' for field '${field.referenceName}'.`,
      );
    }
    made[field.referenceName] = valueOf(ground, field, wish);
  }
  return made;
}

function knownField({ organization, type, shown, before }: Ground, name: string): FieldDefinition {
  const field = organization.field(name);
  if (field === undefined) {
    throw noSuchField(name);
  }
  if (field.referenceName.startsWith('WEF_')) {
    const onBoard = shown.some(({ board }) => Object.values(namesOf(board)).includes(field.referenceName));
    if (!onBoard && before !== null) {
      throw noSuchField(field.referenceName);
    }
    return field;
  }
  if (!type.fields.has(field.referenceName)) {
    throw noSuchField(field.referenceName);
  }
  return field;
}

function valueOf(ground: Ground, field: FieldDefinition, { value, merges }: FieldWish): unknown {
  if (field.referenceName === 'System.Tags') {
    return tagsOf(merges ? ground.before?.['System.Tags'] : undefined, value);
  }
  if (value === undefined || value === '') {
    return undefined;
  }
  switch (field.type) {
    case 'integer':
    case 'double':
      return numberOf(field, value);
    case 'boolean':
      return value === true || value === 'true' || value === 'True' || value === 1;
    case 'dateTime':
      return dateOf(field, value);
    case 'identity':
      return identityOf(ground.organization, field, value);
    case 'treePath':
      return pathOf(ground, field, String(value));
    default:
      return textOf(field, value);
  }
}

function textOf(field: FieldDefinition, value: unknown): string {
  const text = String(value);
  const max = field.type === 'string' ? titleMax : longTextMax;
  if (text.length > max) {
    throw new ApiError(
      400,
      'RuleValidationException',
      `TF401324: Value for field '${field.referenceName}' is too long.`,
    );
  }
  return field.type === 'string' ? text.trim() : text;
}

function numberOf(field: FieldDefinition, value: unknown): number {
  const number = Number(value);
  if (!Number.isFinite(number)) {
    throw badRequest(
      `TF401347: Invalid value '${String(value)}' for field '${field.referenceName}'.`,
      'RuleValidationException',
    );
  }
  return number;
}

function dateOf(field: FieldDefinition, value: unknown): string {
  const at = Date.parse(String(value));
  if (Number.isNaN(at)) {
    throw badRequest(
      `Invalid date '${String(value)}' for field '${field.referenceName}'.`,
      'RuleValidationException',
    );
  }
  return isoOf(at);
}

/** As the service writes times: without trailing zeros. */
export function isoOf(at: number): string {
  return new Date(at).toISOString().replace(/\.?0+Z$/u, 'Z');
}

/** By e-mail address, by “Name <address>”, or by a name that only one has. */
function identityOf(organization: Organization, field: FieldDefinition, value: unknown): Person {
  const given =
    typeof value === 'object' ? String((value as { uniqueName?: unknown }).uniqueName) : String(value);
  const address = /<([^>]+)>$/u.exec(given)?.[1] ?? given;
  const found = organization.people.find(
    (one) => same(one.uniqueName, address) || same(one.displayName, given),
  );
  if (found === undefined) {
    throw badRequest(
      `The identity value '${given}' for field '${field.name}' is an unknown identity.`,
      'RuleValidationException',
    );
  }
  return found;
}

function pathOf({ organization, project, id }: Ground, field: FieldDefinition, value: string): string {
  const [root = '', ...rest] = value.replace(/^\\/u, '').split('\\');
  const of = organization.project(root);
  const paths = field.referenceName === 'System.AreaPath' ? of?.areas : of?.iterations;
  const below = rest.join('\\');
  const found = below === '' ? below : paths?.find((path) => same(path, below));
  if (of === undefined || found === undefined || of.id !== project.id) {
    throw badRequest(
      `TF401347: Invalid tree name given for work item ${id}, field '${field.referenceName}'.`,
      'WorkItemTrackingTreeNodeNotFoundException',
    );
  }
  return below === '' ? of.name : `${of.name}\\${found}`;
}

/** Tags are told apart without regard to case; the spelling that was there first stays. */
function tagsOf(before: unknown, wish: unknown): string | undefined {
  const split = (value: unknown) =>
    typeof value === 'string'
      ? value
          .split(/[;,]/u)
          .map((tag) => tag.trim())
          .filter((tag) => tag !== '')
      : [];
  const tags: string[] = [];
  for (const tag of [...split(before), ...split(wish)]) {
    if (!tags.some((one) => same(one, tag))) {
      tags.push(tag);
    }
  }
  if (tags.length > tagsMax || tags.some((tag) => tag.length > tagMax)) {
    throw badRequest(
      `A work item takes ${tagsMax} tags of ${tagMax} characters each.`,
      'InvalidTagNameException',
    );
  }
  return tags.length === 0 ? undefined : tags.join('; ');
}

/** The state after the change: as wished by name or by column, reachable from the state before. */
export function stateAfter(ground: Ground, wished: Fields): string {
  const { type, before, shown } = ground;
  const [initial] = type.states;
  const asked = wished['System.State'];
  const named = type.states.find(({ name }) => same(name, String(asked)))?.name;
  if (asked !== undefined && named === undefined) {
    throw ruleOf(ground, 'System.State', listRule);
  }
  if (before === null) {
    if (named !== undefined && named !== initial?.name) {
      throw ruleOf(ground, 'System.State', listRule);
    }
    return initial?.name ?? '';
  }
  const canonical = named === undefined ? wished : { ...wished, 'System.State': named };
  const now = String(before['System.State']);
  const after = stateOfColumns(shown, canonical, type.name) ?? named ?? now;
  const reachable =
    type.transitions === null || after === now || type.transitions[now]?.includes(after) === true;
  if (!reachable) {
    throw ruleOf(ground, 'System.State', listRule);
  }
  return after;
}

function ruleOf({ organization }: Ground, name: string, flags: BrokenRule['flags']): ApiError {
  const field = organization.field(name);
  return field === undefined ? noSuchField(name) : rulesBroken([{ field, flags }]);
}

/** Required fields that are empty, and values that are not among those allowed. */
export function checkRules({ organization, type, shown }: Ground, fields: Fields, wished: Fields): void {
  const broken: BrokenRule[] = [];
  for (const [name, rule] of type.fields) {
    const field = organization.field(name);
    const value = fields[name];
    if (field === undefined || field.hidden || name === 'System.State') {
      continue;
    }
    if (value === undefined && rule.required) {
      broken.push({
        field,
        flags:
          rule.allowed.length > 0 ? ['required', 'hasValues', 'limitedToValues', 'invalidEmpty'] : emptyRule,
      });
    } else if (
      value !== undefined &&
      rule.allowed.length > 0 &&
      !rule.allowed.some((one) => same(String(one), String(value)))
    ) {
      broken.push({ field, flags: listRule });
    }
  }
  for (const { board } of shown) {
    const { lane } = namesOf(board);
    const field = organization.field(lane);
    const wish = wished[lane];
    if (
      field !== undefined &&
      wish !== undefined &&
      !board.rows.some(({ name }) => name !== null && same(name, String(wish)))
    ) {
      broken.push({ field, flags: listRule });
    }
  }
  if (broken.length > 0) {
    throw rulesBroken(broken);
  }
}

/** Reason, dates and people that a change of state brings with it. */
export function consequences({ type, before }: Ground, state: string, who: Person, at: string): Fields {
  const was = before === null ? null : String(before['System.State']);
  if (was === state) {
    return {};
  }
  const category = type.states.find(({ name }) => name === state)?.category;
  const stamp = (kind: string, on: boolean) => {
    const names = [`Microsoft.VSTS.Common.${kind}Date`, `Microsoft.VSTS.Common.${kind}By`] as const;
    return type.fields.has(names[0])
      ? { [names[0]]: on ? at : undefined, [names[1]]: on ? who : undefined }
      : {};
  };
  return {
    'System.Reason': type.states.find(({ name }) => name === state)?.reason ?? `Moved to state ${state}`,
    'Microsoft.VSTS.Common.StateChangeDate': at,
    ...(category === 'InProgress' ? stamp('Activated', true) : {}),
    ...(category === 'Resolved'
      ? stamp('Resolved', true)
      : category === 'Completed'
        ? {}
        : stamp('Resolved', false)),
    ...(category === 'Completed' ? stamp('Closed', true) : stamp('Closed', false)),
  };
}
