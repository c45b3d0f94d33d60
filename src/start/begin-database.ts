import { setImmediate } from 'node:timers/promises';
import type { EmbeddedServer } from '../store/embedded/server.ts';
import { startEmbedded } from '../store/embedded/server.ts';

/** A database that was begun before anything else was read. */
export interface BegunDatabase {
  readonly dataFolder: string;
  readonly server: Promise<EmbeddedServer>;
  /** What it had to tell, for the log that there was not yet. */
  readonly told: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
  /** In order, where it was begun for nothing. */
  end(): Promise<void>;
}

/**
 * The embedded database takes longest of all to start, and needs to know its folder alone: it is begun before the configuration and
 * the rooms are read. Null: the operator has a server. Resolves when its programs run.
 */
export async function beginDatabase(dataFolder: string | null): Promise<BegunDatabase | null> {
  if (dataFolder === null) {
    return null;
  }
  const told: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  const server = startEmbedded({ dataFolder, log: (message, facts) => void told.push([message, facts]) });
  // Whoever waits for it hears of it.
  server.catch(() => {});
  // What is imported next keeps everything else waiting.
  await setImmediate();
  return { dataFolder, server, told, end: () => server.then((one) => one.stop()).catch(() => {}) };
}
