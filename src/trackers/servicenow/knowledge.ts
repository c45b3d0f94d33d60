import { z } from 'zod';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import type { TableFacts } from './face.ts';
import { titleMax } from './face.ts';
import { ifAllowed } from './faults.ts';
import { computesPriority, shippedPriorities } from './tables.ts';
import type { Columns } from './wire.ts';
import { uiMeta } from './wire.ts';

/** What one session has learnt of the instance: each thing is asked for once. */
export interface Knowledge {
  readonly api: Api;
  /** The columns of a table, parents' included; null where the instance does not tell. */
  columns(table: string): Promise<Columns | null>;
  /** What has to be known to write a record; the length of the column is asked for only if the title might not fit. */
  facts(table: string, title: string): Promise<TableFacts>;
}

const shortTitle = 80;

export function makeKnowledge(api: Api): Knowledge {
  const columns = remembered((table) =>
    ifAllowed(async () => {
      const path = `/api/now/ui/meta/${encodeURIComponent(table)}`;
      // Undocumented: another shape than we know is as good as none.
      const answer = uiMeta.safeParse(await api.get(path, z.unknown()));
      return answer.success ? answer.data.result.columns : null;
    }),
  );
  const facts = async (table: string, title: string) => {
    const known = title.length > shortTitle ? await columns(table) : null;
    const length = Number(known?.['short_description']?.max_length);
    // A wider column is not used: the same title is cut the same way on every table.
    const longest = Number.isInteger(length) && length >= 20 ? Math.min(length, titleMax) : titleMax;
    return {
      table,
      titleMax: longest,
      computesPriority: computesPriority(table),
      priorities: shippedPriorities,
    };
  };
  return { api, columns, facts };
}

function remembered<Value>(ask: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (key) => {
    const asked = known.get(key) ?? ask(key);
    known.set(key, asked);
    asked.catch(() => known.delete(key));
    return asked;
  };
}

export function tableOf(target: Readonly<Record<string, string>>): string {
  const table = target['table'] ?? '';
  if (!/^[a-z][a-z0-9_]{0,79}$/u.test(table)) {
    throw new TrackerFault('rejected', `“${table.slice(0, 80)}” is not the name of a ServiceNow table.`, {
      hint: 'A table is named by its technical name, like incident or u_security_task.',
    });
  }
  return table;
}
