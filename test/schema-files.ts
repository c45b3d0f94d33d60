import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSchema } from '../src/store/describe-schema.ts';
import type { Store, StoreAddress } from '../src/store/open.ts';

const root = join(import.meta.dirname, '..');

export const schemaFile = join(root, 'src/store/schema.sql');
export const typesFile = join(root, 'src/store/database-types.ts');

/** What the two generated files of a migrated database should hold. */
export async function makeSchemaFiles(
  store: Store,
  address: StoreAddress,
): Promise<{ readonly schema: string; readonly types: string }> {
  const note =
    '-- Generated from the migrations by `npm run schema`: to read, and to see in a review what a migration did.\n\n';
  return { schema: note + (await describeSchema(store)), types: generateTypes(address) };
}

function generateTypes(address: StoreAddress): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchboard-types-'));
  const file = join(folder, 'types.ts');
  const url =
    address.connectionString ??
    `postgres://${address.user}@/${address.database}?host=${encodeURIComponent(address.host ?? '')}`;
  const program = join(root, 'node_modules/kysely-codegen/dist/cli/bin.js');
  const words = [program, '--dialect', 'postgres', '--url', url, '--out-file', file, '--log-level', 'error'];
  const done = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  try {
    if (done.status !== 0) {
      throw new Error(`kysely-codegen failed: ${done.stderr}${done.stdout}`);
    }
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
