import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the whole project. A file's own place does not tell: what is read may be the source or what was built of it. */
export const projectFolder = folderAbove(import.meta.dirname);

function folderAbove(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: string }).name === 'patchboard') {
    return folder;
  }
  const above = dirname(folder);
  if (above === folder) {
    throw new Error(`No folder above ${import.meta.dirname} has Patchboard's package.json. Put the file back beside src.`);
  }
  return folderAbove(above);
}
