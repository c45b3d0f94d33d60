import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../src/store/embedded/server.ts';
import { migrate } from '../src/store/migrate.ts';
import { openStore } from '../src/store/open.ts';
import { makeSchemaFiles, schemaFile, typesFile } from '../test/schema-files.ts';

/** `npm run schema`: writes schema.sql and database-types.ts from a fresh database that ran all migrations. */
const folder = mkdtempSync(join(tmpdir(), 'patchboard-schema-'));
const server = await startEmbedded({ dataFolder: folder, settings: { fsync: 'off' } });
const store = openStore(server.connection, { poolMax: 1 });
try {
  await migrate(store);
  const made = await makeSchemaFiles(store, server.connection);
  writeFileSync(schemaFile, made.schema);
  writeFileSync(typesFile, made.types);
} finally {
  await store.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
