import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findTrackers } from '../src/trackers/index.ts';
import type { Sandbox, SandboxOptions } from '../src/trackers/kit/sandbox.ts';
import { serveSandbox } from '../src/trackers/kit/sandbox-server.ts';

/** A tracker's sandbox, served beside the product. */
export interface DemoBoard {
  /** The tracker's id. */
  readonly tracker: string;
  readonly title: string;
  readonly sandbox: Sandbox;
  readonly sandboxUrl: string;
  /** Its board, for people. */
  readonly boardUrl: string;
  close(): Promise<void>;
}

const folder = join(import.meta.dirname, '../src/trackers');

/** One sandbox for each tracker there is, or for the named ones; with a login of a person where the tracker has one. */
export async function openBoards(options: {
  readonly trackers?: readonly string[];
  /** Port of the first; the others follow. 0: any that are free. */
  readonly firstPort: number;
}): Promise<readonly DemoBoard[]> {
  const found = await findTrackers();
  const wanted = found.filter(({ id }) => options.trackers?.includes(id) ?? true);
  return Promise.all(
    wanted.map(async ({ id, title }, index) => {
      const file = pathToFileURL(join(folder, id, 'sandbox.ts')).href;
      const { makeSandbox } = (await import(file)) as { makeSandbox(options: SandboxOptions): Sandbox };
      const sandbox = makeSandbox({ login: 'person' });
      const port = options.firstPort === 0 ? 0 : options.firstPort + index;
      const { url, close } = await serveSandbox(sandbox, { port });
      return { tracker: id, title, sandbox, sandboxUrl: url, boardUrl: `${url}/__board`, close };
    }),
  );
}

/** Where the people of a directory log in: a sandbox that wants such a login has the directory's pages, too. */
export function authorityOf(boards: readonly DemoBoard[]): string {
  const own = boards.find(({ sandbox }) => 'entra' in sandbox);
  return own?.sandboxUrl ?? 'https://login.microsoftonline.com';
}
