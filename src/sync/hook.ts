import { gather } from '../lib/gather.ts';
import { tokenDigest } from '../lib/seal.ts';
import type { Store } from '../store/open.ts';

/** What admits a webhook: the connection whose address it came to. */
export interface Hook {
  readonly id: string;
  readonly tracker: string;
  readonly origin: string;
  readonly state: string;
  readonly webhook_secrets: Buffer | null;
}

const lookUpsMax = 100;

/** Finds the connection of a webhook's address by the token in it; those that come together are looked up together. */
export function makeHookFinder({ pool }: Pick<Store, 'pool'>): (token: string) => Promise<Hook | null> {
  const find = gather<Buffer, Hook | null>(
    async (digests) => {
      const rows = await pool.query<Hook & { readonly webhook_token_hash: Buffer }>({
        name: 'hooks',
        text: `select id, tracker, origin, state, webhook_secrets, webhook_token_hash from connections
          where webhook_token_hash = any ($1::bytea[])`,
        values: [[...new Set(digests)]],
      });
      return digests.map((digest) => rows.rows.find((row) => row.webhook_token_hash.equals(digest)) ?? null);
    },
    { most: lookUpsMax },
  );
  return (token) => find(tokenDigest(token));
}
