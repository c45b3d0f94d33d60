import { ReportError } from '../../contracts/format.ts';
import type { Piece } from './split-json.ts';
import { pointer } from './split-json.ts';

/** A parsed object of which nothing is known: every field may be missing or of another kind. */
export type Loose = Readonly<Record<string, unknown>>;

const nothing: Loose = Object.freeze(Object.create(null) as Record<string, unknown>);

/** The value as an object; anything else is an object without fields. */
export function loose(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : nothing;
}

/** The value as a list; a missing one is empty, a single one is a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    return value;
  }
  return value === undefined || value === null ? [] : [value];
}

/** A text that says something, or undefined. Numbers are taken as they are written. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return saysNothing(value) ? undefined : value;
  }
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** Nearly every text begins with a letter: then nothing is trimmed to find out. */
function saysNothing(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x80) && text.trim() === '';
}

/** Texts of a list, without what is none. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((one) => textOf(one) ?? []);
}

/** A number, also one written as a text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : undefined;
  }
  const given = typeof value === 'string' ? value.trim() : '';
  return /^[-+]?\d{1,15}(?:\.\d{1,15})?$/u.test(given) ? Number(given) : undefined;
}

/** A line, column or port: a whole number above zero. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number > 0 && number < 2 ** 31
    ? number
    : undefined;
}

/** The element of a list of findings, which must be an object. */
export function elementOf(piece: Extract<Piece, { kind: 'value' }>): Loose {
  const { value } = piece;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ReportError('An entry of the report is not an object.', { where: pointer(piece.steps) });
  }
  return value as Loose;
}

/** The same fields without those that are undefined: what is not given is not there. */
export function given<T extends object>(fields: T): T {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries.length === Object.keys(fields).length ? fields : (Object.fromEntries(entries) as T);
}
