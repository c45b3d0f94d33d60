import { badRequest } from './sandbox-errors.ts';
import type { FieldDefinition } from './sandbox-fields.ts';
import type { WorkItem } from './sandbox-item.ts';
import { currentOf } from './sandbox-item.ts';
import { isUnder } from './sandbox-kanban.ts';
import type { Organization, Person, Project } from './sandbox-organization.ts';
import { same } from './sandbox-organization.ts';
import { wholeFields } from './sandbox-wire.ts';
import type { Condition, Value, Wiql } from './sandbox-wiql.ts';

/** Which work items a query finds, in which order. */

export interface QueryGround {
  readonly organization: Organization;
  readonly project: Project | null;
  readonly who: Person;
  readonly now: number;
  /** Times are compared to the day unless this is asked for. */
  readonly timePrecision: boolean;
}

type Row = Readonly<Record<string, unknown>>;
const dayMs = 86_400_000;

/** Every field that the query names must be there. */
export function fieldsNamed(
  { columns, where, order }: Wiql,
  organization: Organization,
): Map<string, FieldDefinition> {
  const names = [...columns, ...order.map(({ field }) => field), ...(where === null ? [] : namesIn(where))];
  return new Map(
    names.map((name) => {
      const field = organization.field(name);
      if (field === undefined) {
        throw badRequest(
          `TF51005: The query references a field that does not exist. The error is caused by «[${name}]».`,
          'SyntaxException',
        );
      }
      return [name, field];
    }),
  );
}

function namesIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.parts.flatMap(namesIn);
    case 'not':
      return namesIn(condition.part);
    case 'test':
      return [
        condition.field,
        ...condition.values.flatMap((value) => (value.kind === 'field' ? [value.name] : [])),
      ];
  }
}

export function selected(query: Wiql, items: readonly WorkItem[], ground: QueryGround): readonly WorkItem[] {
  const fields = fieldsNamed(query, ground.organization);
  const judge = new Judge(fields, ground);
  const rowOf = (item: WorkItem) => wholeFields(item, currentOf(item), ground.organization);
  const found = items.filter((item) => query.where === null || judge.fits(query.where, rowOf(item), item));
  return found.toSorted((a, b) => {
    const [one, other] = [rowOf(a), rowOf(b)];
    for (const { field, descending } of query.order) {
      const name = fields.get(field)?.referenceName ?? field;
      const order = compared(one[name], other[name]);
      if (order !== 0) {
        return descending ? -order : order;
      }
    }
    return a.id - b.id;
  });
}

class Judge {
  readonly #fields: ReadonlyMap<string, FieldDefinition>;
  readonly #ground: QueryGround;

  constructor(fields: ReadonlyMap<string, FieldDefinition>, ground: QueryGround) {
    this.#fields = fields;
    this.#ground = ground;
  }

  fits(condition: Condition, row: Row, item: WorkItem): boolean {
    switch (condition.kind) {
      case 'and':
        return condition.parts.every((part) => this.fits(part, row, item));
      case 'or':
        return condition.parts.some((part) => this.fits(part, row, item));
      case 'not':
        return !this.fits(condition.part, row, item);
      case 'test':
        return this.#holds(condition, row, item);
    }
  }

  #holds(
    { field: name, operator, values }: Extract<Condition, { kind: 'test' }>,
    row: Row,
    item: WorkItem,
  ): boolean {
    const field = this.#fields.get(name);
    if (field === undefined) {
      return false;
    }
    const value = plain(row[field.referenceName]);
    const wanted = values.map((one) => this.#wanted(one, field, row));
    const [first] = wanted;
    switch (operator) {
      case 'is empty':
        return value === undefined;
      case 'in':
        return wanted.some((one) => this.#equal(field, value, one));
      case '=':
        return first === '' ? value === undefined : this.#equal(field, value, first);
      case '<>':
        return first === '' ? value !== undefined : !this.#equal(field, value, first);
      case 'under':
        return isUnder(String(value ?? ''), String(first));
      case 'contains':
      case 'contains words':
        return containsText(field, value, String(first), operator);
      case 'was ever':
        return item.revisions.some(({ fields }) =>
          this.#equal(field, plain(fields[field.referenceName]), first),
        );
      default:
        return (
          value !== undefined &&
          this.#ordered(operator, compared(this.#rounded(field, value), this.#rounded(field, first)))
        );
    }
  }

  #ordered(operator: string, order: number): boolean {
    return operator === '<'
      ? order < 0
      : operator === '>'
        ? order > 0
        : operator === '<='
          ? order <= 0
          : order >= 0;
  }

  #equal(field: FieldDefinition, value: unknown, wanted: unknown): boolean {
    return compared(this.#rounded(field, value), this.#rounded(field, wanted)) === 0;
  }

  #rounded(field: FieldDefinition, value: unknown): unknown {
    if (field.type !== 'dateTime' || value === undefined) {
      return value;
    }
    const at = Date.parse(String(value));
    return this.#ground.timePrecision ? at : Math.floor(at / dayMs);
  }

  #wanted(value: Value, field: FieldDefinition, row: Row): unknown {
    switch (value.kind) {
      case 'number':
        return value.number;
      case 'field':
        return plain(row[this.#fields.get(value.name)?.referenceName ?? value.name]);
      case 'macro':
        return this.#macro(value.name, value.offset);
      case 'text':
        return this.#text(value.text, field);
    }
  }

  #text(text: string, field: FieldDefinition): unknown {
    if (field.type === 'dateTime' && text !== '') {
      if (Number.isNaN(Date.parse(text))) {
        throw badRequest(
          `TF51004: The value «${text}» is no date. The error is caused by «[${field.referenceName}]».`,
          'SyntaxException',
        );
      }
      if (!this.#ground.timePrecision && /T\d|\d:\d/u.test(text)) {
        throw badRequest(
          `You cannot supply a time with the date when running a query using date precision. The error is caused by «[${field.referenceName}]».`,
          'SyntaxException',
        );
      }
    }
    return field.type === 'integer' || field.type === 'double' ? (text === '' ? '' : Number(text)) : text;
  }

  #macro(name: string, offset: number): unknown {
    const { project, who, now } = this.#ground;
    switch (name) {
      case 'project':
        if (project === null) {
          throw badRequest('VS402337: The @project macro needs a project in the address.', 'SyntaxException');
        }
        return project.name;
      case 'me':
        return `${who.displayName} <${who.uniqueName}>`;
      case 'today':
        return new Date((Math.floor(now / dayMs) + offset) * dayMs).toISOString();
      default:
        throw badRequest(`TF51006: The macro @${name} is not known.`, 'SyntaxException');
    }
  }
}

/** Tags are found whole; other text by a part of it. */
function containsText(field: FieldDefinition, value: unknown, wanted: string, operator: string): boolean {
  if (field.referenceName === 'System.Tags') {
    return String(value ?? '')
      .split(';')
      .some((tag) => same(tag.trim(), wanted));
  }
  const text = String(value ?? '').toLowerCase();
  return operator === 'contains'
    ? text.includes(wanted.toLowerCase())
    : text.split(/[^\p{L}\p{N}]+/u).includes(wanted.toLowerCase());
}

function plain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'uniqueName' in value) {
    const { displayName, uniqueName } = value as Person;
    return `${displayName} <${uniqueName}>`;
  }
  return value;
}

function compared(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) {
    return a === b ? 0 : a === undefined ? -1 : 1;
  }
  if (typeof a === 'number' && typeof b === 'number') {
    return a - b;
  }
  const [one, other] = [String(a).toLowerCase(), String(b).toLowerCase()];
  return one < other ? -1 : one > other ? 1 : 0;
}
