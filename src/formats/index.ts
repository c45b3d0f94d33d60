import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Format } from '../contracts/format.ts';
import { ReportError } from '../contracts/format.ts';

/** Every format there is: one for each folder beside this file. */
export async function findFormats(): Promise<readonly Format[]> {
  const entries = await readdir(import.meta.dirname, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() && entry.name !== 'kit').map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = pathToFileURL(join(import.meta.dirname, name, 'index.ts')).href;
      const module = (await import(file)) as { readonly default: Format };
      return module.default;
    }),
  );
}

/** The format of a report by what it says, or the one that the uploader named. */
export function chooseFormat(formats: readonly Format[], head: string, named: string | null): Format {
  if (named !== null) {
    const format = formats.find((candidate) => candidate.id === named);
    if (format === undefined) {
      throw new ReportError(`There is no format “${named}”.`, { hint: `Choose one of: ${formats.map((one) => one.id).join(', ')}.` });
    }
    return format;
  }
  const judged = formats.map((format) => ({ format, sure: format.recognise(head) })).sort((a, b) => b.sure - a.sure);
  const [best] = judged;
  if (best === undefined || best.sure === 0) {
    const known = formats.map((one) => one.title).join(', ');
    const where = head.trim() === '' ? 'The report is empty.' : 'The report is in no format that is known.';
    throw new ReportError(where, { hint: `Known are: ${known}. Name one with the query parameter format if it is one of these.` });
  }
  return best.format;
}
