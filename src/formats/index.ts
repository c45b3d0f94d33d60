import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Format } from '../contracts/format.ts';
import { ReportError } from '../contracts/format.ts';
import { projectFolder } from '../lib/project-folder.ts';

/** Every format there is: one for each folder beside this file. */
export async function findFormats(): Promise<readonly Format[]> {
  const entries = await readdir(join(projectFolder, 'src', 'formats'), { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      // Written so that a build finds them all.
      const module = (await import(`./${name}/index.ts`)) as { readonly default: Format };
      return module.default;
    }),
  );
}

/** The format of a report by what its first 64 KiB say; null: none, or several that are not sure. */
export function recogniseFormat(head: string, formats: readonly Format[]): Format | null {
  const judged = formats
    .map((format) => ({ format, sure: format.recognise(head) }))
    .filter((one) => one.sure > 0);
  const sure = judged.filter((one) => one.sure === 2);
  const candidates = sure.length > 0 ? sure : judged;
  return candidates.length === 1 ? (candidates[0]?.format ?? null) : null;
}

/** The format that the uploader named, or else the one that is recognised. Throws ReportError where there is none. */
export function chooseFormat(formats: readonly Format[], head: string, named: string | null): Format {
  if (named !== null) {
    const format = formats.find((candidate) => candidate.id === named);
    if (format === undefined) {
      const hint = `Choose one of: ${formats.map((one) => one.id).join(', ')}.`;
      throw new ReportError(`There is no format “${named.slice(0, 60)}”.`, {
        where: 'the parameter format',
        hint,
      });
    }
    return format;
  }
  const format = recogniseFormat(head, formats);
  if (format === null) {
    const empty = head.trim() === '';
    throw new ReportError(empty ? 'The report is empty.' : 'The report is in no format that is known.', {
      where: 'the start',
      hint: empty
        ? 'Look whether the scanner wrote its output to another file.'
        : `Known are: ${formats.map((one) => one.title).join(', ')}. If it is one of these, name it with the parameter format.`,
    });
  }
  return format;
}
