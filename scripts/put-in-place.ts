import { existsSync, renameSync, rmSync } from 'node:fs';

/** What was made under another name, once it is whole. Where somebody else made the same meanwhile, theirs is as good. */
export function putInPlace(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) {
      throw error;
    }
  }
}
