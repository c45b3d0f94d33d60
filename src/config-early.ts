import { resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the embedded database lies, as `readConfig` will say; null: the operator has a server. Apart from the rest, which needs a
 * validator to be read: by then the database has long been begun.
 */
export function embeddedFolder(env: Environment = process.env): string | null {
  const given = (name: string) => (env[name]?.trim() === '' ? undefined : env[name]);
  return given('DATABASE_URL') === undefined ? resolve(given('PATCHBOARD_DATA') ?? './data') : null;
}
