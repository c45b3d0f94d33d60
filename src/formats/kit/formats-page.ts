import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Format } from '../../contracts/format.ts';

/** The reference page of all formats, made of the README of each folder. */
export async function formatsPage(formats: readonly Format[], folder: string): Promise<string> {
  const sections = await Promise.all(
    formats.map(async ({ id, title }) => {
      const text = await readFile(join(folder, id, 'README.md'), 'utf8');
      return `## ${title}\n\nName: \`${id}\`\n\n${text.trim()}\n`;
    }),
  );
  return `${introduction}\n${sections.join('\n')}`;
}

const introduction = `# Report formats

This page is made from the README of each folder of \`src/formats\`; do not edit it.

A report is recognised by what stands in it. Where it says too little, name its format with the query parameter \`format\`.
It may be of any length, plain or gzip, in UTF-8 or UTF-16. A report that is broken or was cut short is refused as a whole,
with the place and what to do; it changes nothing. A report that says itself that it failed, or that it looked at less than
all, closes nothing.
`;
