import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOf } from '../../scripts/built.mjs';
import { authorityOf, openBoards } from '../../demo/boards.ts';
import { Storyteller } from '../../demo/story.ts';

/**
 * `npm run campaign:server -- postgres://…`: the demo's whole story on an empty PostgreSQL server, told to two web
 * processes in turn, worked by two worker processes. Exit code 0 if all of it holds.
 */
const databaseUrl = process.argv[2];
if (databaseUrl === undefined) {
  process.stderr.write('Name an empty database: npm run campaign:server -- postgres://user@host/database\n');
  process.exit(2);
}
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'patchboard-story-'));
const token = 'a-token-for-the-campaign-of-32-characters';
const first = 4700 + Math.floor(Math.random() * 200);
const ports = [first, first + 1];
const boards = await openBoards({ firstPort: 0 });

function start(roles: string, port: number): ChildProcess {
  return spawn(process.execPath, [programOf(root, 'src/main.ts').file, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PATCHBOARD_DATA: folder,
      PATCHBOARD_ROLES: roles,
      PATCHBOARD_PORT: String(port),
      PATCHBOARD_PUBLIC_URL: `http://127.0.0.1:${ports[0]}`,
      PATCHBOARD_SECRET_KEY: 'a-secret-key-for-the-campaign-of-many-characters',
      PATCHBOARD_BOOTSTRAP_TOKEN: token,
      PATCHBOARD_ALLOWED_NETWORKS: '127.0.0.0/8',
      PATCHBOARD_ENTRA_AUTHORITY: authorityOf(boards),
      PATCHBOARD_QUARANTINE_SECONDS: '10',
      PATCHBOARD_POLL_SECONDS: '5',
      PATCHBOARD_LOG: 'warn',
    },
  });
}

async function ready(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok === true) {
      return;
    }
    await sleep(100);
  }
  throw new Error(`The web process on port ${port} does not become ready.`);
}

const children = [start('web', ports[0] ?? 0), start('web', ports[1] ?? 0), start('worker', 0), start('worker', 0)];
let turn = 0;
const stage = {
  /** Each call goes to the other web process than the one before. */
  get url() {
    turn += 1;
    return `http://127.0.0.1:${ports[turn % 2]}`;
  },
  token,
  boards,
};
let code = 0;
try {
  await Promise.all(ports.map(ready));
  const story = new Storyteller(stage, (step, saw) => process.stdout.write(`${step}: ${saw}\n`));
  await story.tellTheRest(await story.begin());
  process.stdout.write('The whole story holds with two web and two worker processes.\n');
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  code = 1;
}
for (const child of children) {
  child.kill('SIGTERM');
}
await Promise.all(children.filter((child) => child.exitCode === null).map((child) => new Promise((done) => child.once('exit', done))));
await Promise.all(boards.map((board) => board.close()));
rmSync(folder, { recursive: true, force: true });
process.exit(code);
