import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Store } from '../store/open.ts';
import type { Deployment } from '../store/ownership.ts';
import { databaseIdentity } from '../store/ownership.ts';

/**
 * By what a copy of the database is told from the original. On a server: the server's own identity and the database's, so that
 * every process of this deployment comes to the same, and a dump that is restored elsewhere to another. Our own database: its
 * files too, which a copied folder has anew; and the place, by which a backup that was put back is known.
 */
export async function deploymentOf(
  config: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  secretKey: string,
  store: Pick<Store, 'db'>,
): Promise<Deployment> {
  const digest = (text: string) => createHmac('sha256', secretKey).update(text).digest('base64url').slice(0, 22);
  const identity = await databaseIdentity(store.db);
  if (config.databaseUrl !== null) {
    return { id: digest(`deployment ${identity}`), place: null };
  }
  const { ino } = statSync(join(config.dataFolder, clusterFolder, 'PG_VERSION'), { bigint: true });
  return {
    id: digest(`deployment ${identity} ${ino}`),
    place: digest(`place ${hostname()} ${config.dataFolder}`),
  };
}

const clusterFolder = 'postgres';
