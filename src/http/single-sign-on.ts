import * as openid from 'openid-client';
import type { SignInFailure } from '../contracts/api/single-sign-on.ts';
import type { Role } from '../core/vocabulary.ts';
import { randomToken, seal, tokenDigest, unseal } from '../lib/seal.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { UserRow } from '../store/people.ts';
import type { ProviderRow, SignInRow } from '../store/single-sign-on.ts';
import { createByIdentity, keepSignIn, linkIdentity, personByIdentity, readProvider, takeSignIn } from '../store/single-sign-on.ts';
import { changeUser } from '../store/users.ts';
import { outranks } from './access.ts';
import type { OpenIdNeeds } from './openid.ts';
import { discover } from './openid.ts';

export interface SignInNeeds extends OpenIdNeeds {
  readonly store: Store;
  readonly publicUrl: string;
}

const minutes = 10;
const wordsMax = 500;
const nameMax = 200;

export type Finished =
  | { readonly kind: 'signed in'; readonly user: UserRow; readonly endSessionUrl: string | null }
  | { readonly kind: 'linked'; readonly userId: string }
  | { readonly kind: 'failed'; readonly because: SignInFailure; readonly words: string; readonly linking: boolean };

class Refused extends Error {
  readonly because: SignInFailure;

  constructor(because: SignInFailure, words: string) {
    super(words);
    this.name = 'Refused';
    this.because = because;
  }
}

export function redirectUriOf(publicUrl: string): string {
  return new URL('/spa/callback/sign-in', publicUrl).href;
}

/** Where to send the browser; null: single sign-on is off. Throws what the provider's discovery throws. */
export async function beginSignIn(needs: SignInNeeds, browser: string, userId: string | null): Promise<string | null> {
  const { store, sealKey } = needs;
  const provider = await readProvider(store.db);
  if (provider === null || !provider.enabled) {
    return null;
  }
  const config = await discover(needs, provider);
  const { issuer } = provider;
  const [state, nonce, verifier] = [randomToken(), randomToken(), openid.randomPKCECodeVerifier()];
  const codeVerifier = seal(sealKey, verifier, verifierOf(issuer));
  await keepSignIn(store.db, { stateHash: tokenDigest(state), browserHash: tokenDigest(browser), issuer, nonce, codeVerifier, userId }, minutes);
  return openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUriOf(needs.publicUrl),
    scope: 'openid email profile',
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).href;
}

function verifierOf(issuer: string) {
  return { connectionId: 'single sign-on', purpose: 'code verifier', origin: issuer } as const;
}

/** The browser came back. Once, in time, in the browser that began, and only on what the provider signed. */
export async function finishSignIn(needs: SignInNeeds, back: { readonly url: string; readonly browser: string; readonly userId: string | null }): Promise<Finished> {
  const { store } = needs;
  const url = new URL(back.url, needs.publicUrl);
  const signIn = await takeSignIn(store.db, tokenDigest(url.searchParams.get('state') ?? ''), tokenDigest(back.browser));
  const linking = signIn !== null && signIn.user_id !== null;
  try {
    if (signIn === null || (linking && signIn.user_id !== back.userId)) {
      throw new Refused('unknown', 'Used, too old, or begun elsewhere.');
    }
    const provider = await readProvider(store.db);
    if (provider === null || !provider.enabled || provider.issuer !== signIn.issuer) {
      throw new Refused('off', 'Single sign-on was switched off or changed meanwhile.');
    }
    const { config, claims } = await askProvider(needs, { provider, signIn, url });
    if (signIn.user_id !== null) {
      return await link(store, signIn.user_id, claims, provider);
    }
    const user = await inTransaction(store, (tx) => personOf(tx, claims, provider));
    await followGroups(store, user, claims, provider);
    return { kind: 'signed in', user, endSessionUrl: endSessionOf(config, needs.publicUrl) };
  } catch (fault) {
    const because = fault instanceof Refused ? fault.because : 'provider';
    return { kind: 'failed', because, words: wordsOf(fault), linking };
  }
}

interface Claims {
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly groups: readonly string[];
}

async function askProvider(
  needs: SignInNeeds,
  { provider, signIn, url }: { readonly provider: ProviderRow; readonly signIn: SignInRow; readonly url: URL },
): Promise<{ readonly config: openid.Configuration; readonly claims: Claims }> {
  if (url.searchParams.has('error')) {
    throw new Refused('denied', [url.searchParams.get('error'), url.searchParams.get('error_description')].filter((word) => word !== null).join(': '));
  }
  const config = await discover(needs, provider);
  const tokens = await openid.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: unseal(needs.sealKey, signIn.code_verifier, verifierOf(signIn.issuer)),
    expectedState: url.searchParams.get('state') ?? '',
    expectedNonce: signIn.nonce,
    idTokenExpected: true,
  });
  const signed = tokens.claims();
  if (signed === undefined) {
    throw new Refused('provider', 'The provider sent no ID token.');
  }
  const asks = signed['email'] === undefined && config.serverMetadata().userinfo_endpoint !== undefined;
  const facts = asks ? { ...(await openid.fetchUserInfo(config, tokens.access_token, signed.sub)), ...signed } : signed;
  return { config, claims: claimsOf(facts, provider.groups_claim) };
}

function claimsOf(facts: Readonly<Record<string, unknown>>, groupsClaim: string): Claims {
  const text = (name: string) => (typeof facts[name] === 'string' ? facts[name].replaceAll(/\p{C}/gu, '').trim().slice(0, nameMax) : '');
  const groups = facts[groupsClaim];
  return {
    subject: String(facts['sub']),
    email: text('email') === '' ? null : text('email'),
    emailVerified: facts['email_verified'] === true,
    name: [text('name'), text('preferred_username')].find((one) => one !== '') ?? null,
    groups: [groups].flat().filter((one) => typeof one === 'string'),
  };
}

async function link(store: Store, userId: string, { subject }: Claims, { issuer }: ProviderRow): Promise<Finished> {
  if (!(await linkIdentity(store.db, userId, { issuer, subject }))) {
    throw new Refused('linked_elsewhere', 'This account belongs to another person here.');
  }
  return { kind: 'linked', userId };
}

/** By issuer and subject alone. An e-mail that somebody has already proves nothing: they link the account themselves. */
async function personOf(tx: Transaction, claims: Claims, provider: ProviderRow): Promise<UserRow> {
  checkDomain(claims, provider);
  const identity = { issuer: provider.issuer, subject: claims.subject };
  const role = roleOf(claims, provider);
  const known = await personByIdentity(tx, identity);
  if (known === null) {
    const { email } = claims;
    if (email === null || !email.includes('@')) {
      throw new Refused('no_email', 'The provider told no e-mail.');
    }
    if (role === null) {
      throw new Refused('no_role', 'No group of theirs has a role, and there is no default role.');
    }
    const made = await createByIdentity(tx, { ...identity, email, name: claims.name ?? email, role });
    if (made === null) {
      throw new Refused('email_taken', 'Somebody with this e-mail is here already.');
    }
    return made;
  }
  if (known.disabled_at !== null) {
    throw new Refused('disabled', 'The person is disabled.');
  }
  if (role === null && provider.role_by_group.length > 0) {
    throw new Refused('no_role', 'No group of theirs has a role any more, and there is no default role.');
  }
  return known;
}

function checkDomain({ email, emailVerified }: Claims, { allowed_domains: domains }: ProviderRow): void {
  if (domains.length === 0) {
    return;
  }
  if (email === null || !emailVerified) {
    throw new Refused('email_unverified', 'The provider does not say that the e-mail is verified, so its domain proves nothing.');
  }
  if (!domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase())) {
    throw new Refused('domain', 'The domain of the e-mail is not among the allowed ones.');
  }
}

function roleOf({ groups }: Claims, provider: ProviderRow): Role | null {
  const given = provider.role_by_group.filter(({ group }) => groups.includes(group)).map(({ role }) => role);
  return given.find((role) => given.every((other) => outranks(role, other))) ?? provider.default_role;
}

/** Where groups give roles they do so at each sign-in. The last administrator stays one. */
async function followGroups(store: Store, user: UserRow, claims: Claims, provider: ProviderRow): Promise<void> {
  const role = provider.role_by_group.length === 0 ? null : roleOf(claims, provider);
  if (role !== null && role !== user.role) {
    await changeUser(store, user.id, { role });
  }
}

function endSessionOf(config: openid.Configuration, publicUrl: string): string | null {
  return config.serverMetadata().end_session_endpoint === undefined ? null : openid.buildEndSessionUrl(config, { post_logout_redirect_uri: new URL('/sign-in', publicUrl).href }).href;
}

/** For the audit log: the library's words with their cause, bounded; never a token. */
function wordsOf(fault: unknown): string {
  const cause = fault instanceof Error && fault.cause instanceof Error ? ` (${fault.cause.message})` : '';
  const words = fault instanceof Error ? `${fault.message}${cause}` : String(fault);
  return words.replaceAll(/\p{C}/gu, ' ').slice(0, wordsMax);
}
