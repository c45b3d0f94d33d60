import { z } from 'zod';
import type { Choice } from '../../contracts/tracker.ts';
import type { Knowledge } from './knowledge.ts';
import { ifAllowed } from './faults.ts';
import { firstTables } from './tables.ts';
import { labelOf, tableSchema, valueOf } from './wire.ts';

const depthMax = 5;
const tablesMax = 500;
/** Custom tables whose columns are looked at when the parents cannot be asked for. */
const probedMax = 25;

/** The tables that extend `task`: the three that people expect, then the others by label. Any other may be typed. */
export async function targetTables(knowledge: Knowledge): Promise<readonly Choice[]> {
  const found = (await childrenOfTask(knowledge)) ?? (await probedTables(knowledge)) ?? [];
  const first = firstTables.map((one) => found.find(({ value }) => value === one.value) ?? one);
  const others = found
    .filter(({ value }) => !firstTables.some((one) => one.value === value))
    .sort((a, b) => a.label.localeCompare(b.label, 'en'));
  return [...first, ...others];
}

/** Generation by generation. A query that was widened would list every table: the parent is compared on each row. */
async function childrenOfTask({ api }: Knowledge): Promise<readonly Choice[] | null> {
  const found = new Map<string, string>();
  let parents = ['task'];
  for (let depth = 0; depth < depthMax && parents.length > 0; depth += 1) {
    const asked = parents.slice(0, 100);
    const page = await ifAllowed(() =>
      api.list('sys_db_object', {
        sysparm_query: `super_class.nameIN${asked.join(',')}^ORDERBYname`,
        sysparm_fields: 'name,label,super_class.name',
        sysparm_limit: tablesMax,
      }),
    );
    // No row at all, while tables are counted, is an access rule.
    if (page === null || (depth === 0 && page.rows.length === 0)) {
      return null;
    }
    const children = page.rows.filter((row) => asked.includes(valueOf(row, 'super_class.name') ?? ''));
    parents = children
      .map((row) => valueOf(row, 'name') ?? '')
      .filter((name) => name !== '' && !found.has(name));
    for (const row of children) {
      found.set(valueOf(row, 'name') ?? '', labelOf(row, 'label'));
    }
  }
  return [...found].filter(([value]) => value !== '').map(([value, label]) => ({ value, label }));
}

/** Without that right: tables which the user may open, those of them that look like a task. */
async function probedTables(knowledge: Knowledge): Promise<readonly Choice[] | null> {
  const path = '/api/now/doc/table/schema';
  const answer = tableSchema.safeParse(await ifAllowed(() => knowledge.api.get(path, z.unknown())));
  if (!answer.success) {
    return null;
  }
  const schema = answer.data;
  const custom = schema.result.filter(({ value }) => /^(?:u|x)_/u.test(value)).slice(0, probedMax);
  const standard = schema.result.filter(({ value }) => firstTables.some((one) => one.value === value));
  const fit: Choice[] = standard.map(({ value, label }) => ({ value, label: label ?? value }));
  for (const { value, label } of custom) {
    const columns = await knowledge.columns(value);
    if (columns !== null && neededColumns.every((name) => columns[name] !== undefined)) {
      fit.push({ value, label: label ?? value });
    }
  }
  return fit;
}

export const neededColumns = ['short_description', 'state', 'impact', 'urgency', 'correlation_id'] as const;
