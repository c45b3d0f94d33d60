import type { StoreAddress } from '../store/open.ts';
import type { EmbeddedServer } from '../store/embedded/server.ts';
import { startEmbedded } from '../store/embedded/server.ts';

/** A database that was begun before anything else was read. */
export interface BegunDatabase {
  readonly dataFolder: string;
  /** Where it answers when it does; rejects as `server` does where it does not come so far. */
  readonly address: Promise<StoreAddress>;
  readonly server: Promise<EmbeddedServer>;
  /** What it had to tell, for the log that there was not yet. */
  readonly told: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
  /** In order, where it was begun for nothing. */
  end(): Promise<void>;
}

/**
 * The embedded database takes longest of all to start, and needs to know its folder alone: it is begun before the configuration and
 * the rooms are read.
 */
export function beginDatabase(dataFolder: string): BegunDatabase {
  const told: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  const { promise: place, resolve: onPlace } = Promise.withResolvers<StoreAddress>();
  const server = startEmbedded({ dataFolder, onPlace, log: (message, facts) => void told.push([message, facts]) });
  const address = Promise.race([place, server.then((one) => one.connection)]);
  // Whoever waits for them hears of it.
  server.catch(() => {});
  address.catch(() => {});
  return { dataFolder, address, server, told, end: () => server.then((one) => one.stop()).catch(() => {}) };
}
