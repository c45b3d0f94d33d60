import { badRequest } from './sandbox-errors.ts';

/** The query language, as far as flat queries go. */

export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'macro'; readonly name: string; readonly offset: number }
  | { readonly kind: 'field'; readonly name: string };

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | {
      readonly kind: 'test';
      readonly field: string;
      readonly operator: string;
      readonly values: readonly Value[];
    };

export interface Wiql {
  readonly columns: readonly string[];
  readonly where: Condition | null;
  readonly order: readonly { readonly field: string; readonly descending: boolean }[];
  readonly asOf: string | null;
}

const lengthMax = 32_768;
const pattern =
  /\s*(?:(\[[^\]]+\])|('(?:[^']|'')*'|"(?:[^"]|"")*")|(<>|<=|>=|[=<>(),])|(-?\d+(?:\.\d+)?)|(@\w+(?:\s*[-+]\s*\d+)?)|([\w.$]+))/uy;

type Token = {
  readonly kind: 'field' | 'text' | 'sign' | 'number' | 'macro' | 'word';
  readonly text: string;
};

function tokensOf(query: string): readonly Token[] {
  if (query.length > lengthMax) {
    throw broken(`The query is longer than ${lengthMax} characters.`);
  }
  const tokens: Token[] = [];
  const kinds = ['field', 'text', 'sign', 'number', 'macro', 'word'] as const;
  pattern.lastIndex = 0;
  const end = query.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(query);
    const index = match?.slice(1).findIndex((one) => one !== undefined) ?? -1;
    const kind = kinds[index];
    if (match === null || kind === undefined) {
      throw broken(`Unexpected «${query.slice(at, at + 20)}».`);
    }
    tokens.push({ kind, text: match[index + 1] ?? '' });
  }
  return tokens;
}

function broken(because: string) {
  return badRequest(
    `TF51006: The query statement is missing a clause or is not valid. ${because}`,
    'SyntaxException',
  );
}

/** A small descent over the tokens; every step says what it misses. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Takes the word or sign if it comes next. */
  takes(text: string): boolean {
    const next = this.#tokens[this.#at];
    if (next !== undefined && next.kind !== 'text' && next.text.toLowerCase() === text) {
      this.#at += 1;
      return true;
    }
    return false;
  }

  needs(text: string): void {
    if (!this.takes(text)) {
      throw broken(`Expecting ${text.toUpperCase()}.`);
    }
  }

  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) {
      throw broken('It ends too early.');
    }
    this.#at += 1;
    return token;
  }

  field(): string {
    const { kind, text } = this.next();
    if (kind !== 'field' && kind !== 'word') {
      throw broken(`Expecting a field, and not ${text}.`);
    }
    return text.replaceAll(/^\[|\]$/gu, '');
  }
}

export function readWiql(query: string): Wiql {
  const reader = new Reader(tokensOf(query));
  reader.needs('select');
  const columns = fieldsOf(reader);
  reader.needs('from');
  const source = reader.next().text.toLowerCase();
  if (source !== 'workitems') {
    throw broken('Only queries of work items are answered here.');
  }
  const where = reader.takes('where') ? alternatives(reader) : null;
  const order: { field: string; descending: boolean }[] = [];
  if (reader.takes('order')) {
    reader.needs('by');
    do {
      const field = reader.field();
      const descending = reader.takes('desc');
      order.push({ field, descending });
      if (!descending) {
        reader.takes('asc');
      }
    } while (reader.takes(','));
  }
  const asOf = reader.takes('asof') ? reader.next().text.replaceAll(/^['"]|['"]$/gu, '') : null;
  if (!reader.ended) {
    throw broken(`Unexpected «${reader.next().text}».`);
  }
  return { columns, where, order, asOf };
}

function fieldsOf(reader: Reader): readonly string[] {
  const fields = [reader.field()];
  while (reader.takes(',')) {
    fields.push(reader.field());
  }
  return fields;
}

function alternatives(reader: Reader): Condition {
  const parts = [conjunction(reader)];
  while (reader.takes('or')) {
    parts.push(conjunction(reader));
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'or', parts };
}

function conjunction(reader: Reader): Condition {
  const parts = [term(reader)];
  while (reader.takes('and')) {
    parts.push(term(reader));
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'and', parts };
}

function term(reader: Reader): Condition {
  if (reader.takes('not')) {
    return { kind: 'not', part: term(reader) };
  }
  if (reader.takes('(')) {
    const inner = alternatives(reader);
    reader.needs(')');
    return inner;
  }
  const field = reader.field();
  const not = reader.takes('not');
  const operator = operatorOf(reader);
  const values = operator === 'in' ? valuesOf(reader) : operator === 'is empty' ? [] : [valueOf(reader)];
  const test: Condition = { kind: 'test', field, operator, values };
  return not ? { kind: 'not', part: test } : test;
}

function operatorOf(reader: Reader): string {
  const first = reader.next().text.toLowerCase();
  switch (first) {
    case 'contains':
      return reader.takes('words') ? 'contains words' : first;
    case 'was':
      reader.needs('ever');
      return 'was ever';
    case 'is':
      reader.needs('empty');
      return 'is empty';
    case 'in':
    case 'under':
    case '=':
    case '<>':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return first;
    default:
      throw broken(`Expecting an operator, and not ${first}.`);
  }
}

function valuesOf(reader: Reader): readonly Value[] {
  reader.needs('(');
  const values = [valueOf(reader)];
  while (reader.takes(',')) {
    values.push(valueOf(reader));
  }
  reader.needs(')');
  return values;
}

function valueOf(reader: Reader): Value {
  const { kind, text } = reader.next();
  switch (kind) {
    case 'text': {
      const quote = text.slice(0, 1);
      return { kind: 'text', text: text.slice(1, -1).replaceAll(quote + quote, quote) };
    }
    case 'number':
      return { kind: 'number', number: Number(text) };
    case 'macro': {
      const [, name = '', sign, days] = /^@(\w+)(?:\s*([-+])\s*(\d+))?$/u.exec(text) ?? [];
      return { kind: 'macro', name: name.toLowerCase(), offset: Number(days ?? 0) * (sign === '-' ? -1 : 1) };
    }
    case 'field':
      return { kind: 'field', name: text.slice(1, -1) };
    case 'word':
      if (/^(?:true|false)$/iu.test(text)) {
        return { kind: 'text', text };
      }
      throw broken(`Expecting a value, and not ${text}.`);
    default:
      throw broken(`Expecting a value, and not ${text}.`);
  }
}
