import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { EmbeddedServer } from '../src/store/embedded/server.ts';
import { endLeftServer, startEmbedded } from '../src/store/embedded/server.ts';
import { prepareTemplate, type TestServer } from './database-template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask for the database server; the first one to ask starts it. */
    databaseDoor: string;
  }
}

const folderPrefix = 'patchboard-test-';

/**
 * One PostgreSQL server for the whole run, started when the first test asks for it and not before: a run of tests that
 * need no database does not pay for one. `TEST_DATABASE_URL` names another server to use instead.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let embedded: EmbeddedServer | null = null;
  let folder: string | null = null;
  let ready: Promise<TestServer> | null = null;
  const start = async (): Promise<TestServer> => {
    const url = process.env['TEST_DATABASE_URL'];
    if (url !== undefined && url !== '') {
      return prepareTemplate({ connectionString: url });
    }
    await sweepAbandoned();
    folder = mkdtempSync(join(tmpdir(), folderPrefix));
    // A test's data need not outlive a power cut.
    const settings = {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
    };
    embedded = await startEmbedded({ dataFolder: folder, settings });
    return prepareTemplate(embedded.connection);
  };
  const door = await openDoor(() => (ready ??= start()));
  project.provide('databaseDoor', door.address);
  return async () => {
    await door.close();
    await ready?.catch(() => {});
    await embedded?.stop();
    if (folder !== null) {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

async function openDoor(server: () => Promise<TestServer>) {
  const door: Server = createServer((_request, response) => {
    server().then(
      (found) => response.end(JSON.stringify(found)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      door.close(() => resolve());
      door.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${port}`, close };
}

/** Others on this machine test too. */
function isOurs(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

/** Servers and folders of test runs that were killed. */
async function sweepAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (name.startsWith(folderPrefix) && isOurs(join(tmpdir(), name)) && (await endLeftServer(join(tmpdir(), name)))) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}
