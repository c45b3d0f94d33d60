import { z } from 'zod';

/** The Table API answers with strings, the Change Management API with numbers and booleans; an empty value may be null. */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** One column of a row: bare, or with both values when `sysparm_display_value=all` was asked for. */
const cell = z.union([scalar, z.object({ value: scalar.optional(), display_value: scalar.optional() })]);

export const row = z.record(z.string(), cell);
export type Row = z.infer<typeof row>;

export const oneRow = z.object({ result: row, error: z.undefined().optional() });
/** A list cut off by the time quota carries `error` beside `result`: that is a failure, not a page. */
export const rows = z.object({ result: z.array(row), error: z.undefined().optional() });

export const wireError = z.object({
  error: z.object({ message: z.string().nullish(), detail: z.string().nullish() }),
});

export const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.coerce.number().positive().optional(),
});

export const tokenError = z.object({ error: z.string(), error_description: z.string().nullish() });

/** `GET /api/now/ui/meta/{table}`: undocumented, used by ServiceNow's own WorkArena. */
const flag = z.union([z.boolean(), z.string()]).optional();
const choice = z.object({ value: scalar, label: scalar.optional() });
const column = z.object({
  label: z.string().optional(),
  type: z.string().optional(),
  internal_type: z.string().optional(),
  mandatory: flag,
  read_only: flag,
  max_length: z.union([z.number(), z.string()]).optional(),
  default: scalar.optional(),
  choices: z.array(choice).optional(),
});
export const uiMeta = z.object({ result: z.object({ columns: z.record(z.string(), column) }) });
export type Column = z.infer<typeof column>;
export type Columns = Readonly<Record<string, Column>>;

export const tableSchema = z.object({
  result: z.array(z.object({ label: z.string().nullish(), value: z.string() })),
});

export const nextStates = z.object({
  result: z.object({
    available_states: z.array(z.union([z.string(), z.number()])),
    state_label: z.record(z.string(), z.string()).optional(),
  }),
});

/** The stored value of a column; undefined where the answer leaves the column out, as it does for one that may not be read. */
export function valueOf(from: Row, name: string): string | undefined {
  const found = from[name];
  if (found === undefined) {
    return undefined;
  }
  return found === null || typeof found !== 'object' ? String(found ?? '') : String(found.value ?? '');
}

/** What people see. `UNKNOWN` is what the platform shows for a column it cannot word. */
export function labelOf(from: Row, name: string): string {
  const found = from[name];
  const shown = found !== null && typeof found === 'object' ? found.display_value : found;
  const words = shown === null || shown === undefined || shown === 'UNKNOWN' ? '' : String(shown);
  return words === '' ? (valueOf(from, name) ?? '') : words;
}

export function isTrue(value: z.infer<typeof flag>): boolean {
  return value === true || value === 'true';
}

/** A choice list without its "-- None --". */
export function choicesOf(from: Column | undefined): { value: string; label: string }[] {
  return (from?.choices ?? [])
    .map(({ value, label }) => ({ value: String(value ?? ''), label: String(label ?? value ?? '') }))
    .filter(({ value }) => value !== '');
}

/** `2026-11-22 10:00:00`, always UTC in a stored value, as milliseconds; null: no time. */
export function timeOf(value: string | undefined): number | null {
  const ms = value === undefined || value === '' ? Number.NaN : Date.parse(`${value.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** The platform's own form of a moment, to the second, UTC. */
export function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
