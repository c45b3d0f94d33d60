import type { HttpClient } from './tracker-http.ts';
import type { Credentials, Settings, TrackerEnvironment } from './tracker.ts';

export interface Webhook {
  /** How the sender may prove itself, beside the token in the address. */
  readonly secret: 'header' | 'basic' | 'hmac' | 'none';
  /** Steps in the tracker's own words, Markdown, with `{url}` and `{secret}` to fill. */
  readonly instructions: string;
  /** Constant-time. Called only when a secret is set for the connection. */
  isGenuine(request: WebhookRequest, secrets: readonly string[]): boolean;
  /**
   * When the sender says that it signed, in milliseconds since the epoch; null: it does not say. Only where a signature
   * covers the time; whoever has a clock refuses what is older than five minutes.
   */
  signedAt?(request: WebhookRequest): number | null;
  /** Reads a genuine request. Never throws: garbage is an answer. */
  read(request: WebhookRequest): WebhookMessage;
}

export interface WebhookRequest {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** A webhook is a hint: it says where to look, and nothing in it is believed. */
export type WebhookMessage =
  | {
      readonly kind: 'cards';
      readonly refs: readonly string[];
      readonly deliveryId: string | null;
      readonly event: string;
    }
  | { readonly kind: 'structure'; readonly deliveryId: string | null; readonly event: string }
  | { readonly kind: 'test'; readonly event: string }
  | { readonly kind: 'ignored'; readonly event: string; readonly because: string }
  | { readonly kind: 'garbage'; readonly because: string };

/** OAuth 2.0, authorization code or client credentials. The engine keeps the tokens and refreshes them once for all. */
export interface OAuth {
  /** Path under PATCHBOARD_PUBLIC_URL to which the browser comes back. */
  readonly callbackPath: string;
  /** Whether these credentials go through a login (else the adapter uses them directly, as with a personal access token). */
  applies(credentials: Credentials): boolean;
  /** `interactive`: a person logs in; `unattended`: `refresh` works from the credentials alone (client credentials). */
  flow(credentials: Credentials): 'interactive' | 'unattended';
  authorizationUrl(
    request: OAuthRequest & { readonly state: string; readonly codeChallenge: string },
  ): string;
  /** Exchanges the code. Faults: `unauthorized` (final), `unavailable`, `throttled`, `nonsense`. */
  exchange(request: OAuthRequest & { readonly code: string; readonly codeVerifier: string }): Promise<Tokens>;
  /** `unauthorized` means: log in again. A passing trouble is `unavailable` or `throttled`. */
  refresh(request: OAuthRequest & { readonly refreshToken: string | null }): Promise<Tokens>;
  revoke?(request: OAuthRequest & { readonly tokens: Tokens }): Promise<void>;
  /** A person's words for an `error` which came back on the redirect. */
  explain(error: string, description: string | null): string;
}

export interface OAuthRequest {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly redirectUri: string;
  readonly http: HttpClient;
  readonly environment: TrackerEnvironment;
  readonly now: () => number;
}

/** Kept sealed. Times in milliseconds since the epoch. */
export interface Tokens {
  readonly accessToken: string;
  /** Null where the tracker gave none and an older one stays valid. */
  readonly refreshToken: string | null;
  readonly expiresAt: number;
  /** When the refresh token ends for good; null: unknown or sliding. */
  readonly refreshExpiresAt: number | null;
}
