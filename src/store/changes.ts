import type { PoolClient } from 'pg';
import type { Store } from './open.ts';

/** Names of what changed in the database, in any process: `vulnerabilities`, `links` … Never what changed in it. */
export interface Changes {
  /** Answers a function that ends it. */
  subscribe(listener: (names: readonly string[]) => void): () => void;
  close(): void;
}

const gatherMs = 250;
const reconnectMs = 1_000;
const channel = 'patchboard_changes';

/** One LISTEN for the whole process, and only while somebody looks. */
export function watchChanges({ pool }: Pick<Store, 'pool'>): Changes {
  const listeners = new Set<(names: readonly string[]) => void>();
  const gathered = new Set<string>();
  let client: PoolClient | null = null;
  let opening = false;
  let closed = false;
  let telling: NodeJS.Timeout | null = null;

  const tell = () => {
    telling = null;
    const names = [...gathered].sort();
    gathered.clear();
    for (const listener of listeners) {
      listener(names);
    }
  };
  const hear = ({ payload }: { readonly payload?: string }) => {
    if (payload !== undefined) {
      gathered.add(payload);
      telling ??= setTimeout(tell, gatherMs);
    }
  };
  const lose = () => {
    client?.release(true);
    client = null;
    if (!closed && listeners.size > 0) {
      setTimeout(() => void open(), reconnectMs).unref();
    }
  };
  const open = async () => {
    if (client !== null || opening || closed) {
      return;
    }
    opening = true;
    try {
      const opened = await pool.connect();
      client = opened;
      opened.on('notification', hear);
      opened.on('error', lose);
      await opened.query(`listen ${channel}`);
    } catch {
      lose();
    } finally {
      opening = false;
    }
    if (listeners.size === 0 || closed) {
      stop();
    }
  };
  /** The connection is not given back to the pool: it would go on listening. */
  const stop = () => {
    client?.removeListener('error', lose);
    client?.release(true);
    client = null;
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      void open();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          stop();
        }
      };
    },
    close() {
      closed = true;
      listeners.clear();
      clearTimeout(telling ?? undefined);
      stop();
    },
  };
}
