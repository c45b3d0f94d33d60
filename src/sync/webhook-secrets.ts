import { createHmac } from 'node:crypto';
import type { SealKey } from '../lib/seal.ts';
import { seal, unseal } from '../lib/seal.ts';

/** A secret by which webhooks prove themselves. */
export interface WebhookSecret {
  readonly secret: string;
  /** The subscription whose secret the tracker made; null: a person's, or ours. */
  readonly subscription: string | null;
  /** An older one is accepted so long beside its successor; null: it is the present one. */
  readonly until: number | null;
}

export interface SecretPlace {
  readonly id: string;
  readonly origin: string;
  readonly webhook_secrets: Buffer | null;
}

/** How long the secret before is accepted after a rotation: long enough to enter the new one everywhere. */
export const overlapMs = 24 * 3_600_000;

export function openSecrets(key: SealKey, { id, origin, webhook_secrets: sealed }: SecretPlace): readonly WebhookSecret[] {
  return sealed === null ? [] : (JSON.parse(unseal(key, sealed, belonging(id, origin))) as WebhookSecret[]);
}

/** Null: none is asked for. */
export function sealSecrets(key: SealKey, place: Pick<SecretPlace, 'id' | 'origin'>, secrets: readonly WebhookSecret[]): Buffer | null {
  return secrets.length === 0 ? null : seal(key, JSON.stringify(secrets), belonging(place.id, place.origin));
}

function belonging(connectionId: string, origin: string) {
  return { connectionId, purpose: 'webhook secrets', origin } as const;
}

export function acceptedSecrets(secrets: readonly WebhookSecret[], now: number): readonly string[] {
  return secrets.filter(({ until }) => until === null || until > now).map(({ secret }) => secret);
}

/** The secret that a person enters at the tracker, or that we send there; the tracker's own ones are beside it. */
export function sharedSecret(secrets: readonly WebhookSecret[]): string | null {
  return secrets.find(({ subscription, until }) => subscription === null && until === null)?.secret ?? null;
}

/** A new secret in place of the shared one; the old one is accepted for a while. Null takes it away at once. */
export function rotate(secrets: readonly WebhookSecret[], secret: string | null, now: number): readonly WebhookSecret[] {
  const theirs = secrets.filter(({ subscription }) => subscription !== null);
  if (secret === null) {
    return theirs;
  }
  const older = secrets
    .filter((one) => one.subscription === null && one.secret !== secret && (one.until === null || one.until > now))
    .map((one) => ({ ...one, until: one.until ?? now + overlapMs }));
  return [{ secret, subscription: null, until: null }, ...older, ...theirs];
}

/**
 * Offered in the instructions while none is set. Nothing is asked for yet; the first webhook that is signed with it makes it
 * the connection's secret, and from then on it is required.
 */
export function offeredSecret(key: SealKey, connectionId: string): string {
  return createHmac('sha256', key.secret).update(`webhook secret ${connectionId}`).digest('base64url');
}
