import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from './database.ts';
import { createTestDatabase } from './database.ts';
import { makeSchemaFiles, schemaFile, typesFile } from './schema-files.ts';

let database: TestDatabase;
let made: { readonly schema: string; readonly types: string };

beforeAll(async () => {
  database = await createTestDatabase();
  made = await makeSchemaFiles(database.store, database.address);
});
afterAll(() => database.drop());

test('schema.sql is what the migrations make; `npm run schema` writes it', () => {
  expect(made.schema).toBe(readFileSync(schemaFile, 'utf8'));
});

test('database-types.ts is what the schema says; `npm run schema` writes it', () => {
  expect(made.types).toBe(readFileSync(typesFile, 'utf8'));
});
