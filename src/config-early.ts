import { resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export const dataFolderFallback = './data';

/** An empty variable, as compose files and shells like to leave them, is one that is not there. */
export function isGiven(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

/**
 * Where the embedded database lies, as `readConfig` will say; null: the operator has a server. Apart from the rest, which needs a
 * validator to be read: by then the database has long been begun.
 */
export function embeddedFolder(env: Environment = process.env): string | null {
  const { DATABASE_URL: server, PATCHBOARD_DATA: folder } = env;
  return isGiven(server) ? null : resolve(isGiven(folder) ? folder : dataFolderFallback);
}
