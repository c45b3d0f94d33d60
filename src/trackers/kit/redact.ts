import type { HttpRequest } from '../../contracts/tracker.ts';

/** Longest body kept of one exchange, in UTF-16 units. */
const bodyMax = 16 * 1024;
/** Shorter values are too common in ordinary text to be looked for. */
const secretMin = 6;
const secretName =
  /secret|token|password|passwd|api-?_?key|authorization|credential|assertion|code_verifier|^pat$|^cookie$/iu;
/** In forms and addresses `code` is an authorization code; in JSON it is a tracker's error code. */
const secretParameter = /^(?:code|sig|signature)$/iu;
const mask = '[redacted]';

export interface Redaction {
  /** The address without secret query values. */
  url(url: string): string;
  /** A body for Sync activity: secrets masked by field name and by value, cut at a bound. */
  body(body: string | null): string | null;
}

/** What of one request and its answer may be kept. Headers never are; their secrets are masked wherever they reappear. */
export function makeRedaction(wish: Pick<HttpRequest, 'headers' | 'secretFields' | 'body'>): Redaction {
  const names = wish.secretFields ?? [];
  const values = longestFirst([
    ...headerSecrets(wish.headers ?? {}, names),
    ...bodySecrets(wish.body, names),
  ]);
  const withoutValues = (text: string) =>
    values.reduce((shown, value) => shown.replaceAll(value, mask), text);
  return {
    url: (url) => withoutValues(redactUrl(url, names)),
    body: (body) => {
      if (body === null || body === '') {
        return body;
      }
      return cut(withoutValues(redactJson(body, names) ?? redactForm(body, names)));
    },
  };
}

/** The credentials in the headers: whole, without their scheme, and the password of a Basic pair. */
function headerSecrets(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!isSecret(name, names)) {
      return [];
    }
    const bare = value.replace(/^(?:basic|bearer)\s+/iu, '');
    const pair = /^basic\s/iu.test(value)
      ? Buffer.from(bare, 'base64').toString('utf8').split(':').slice(1)
      : [];
    return [value, bare, pair.join(':')];
  });
}

/** Secrets that were sent in the body: an answer that repeats them, in whatever form, must not show them. */
function bodySecrets(body: unknown, names: readonly string[]): readonly string[] {
  if (typeof body === 'string') {
    const pairs = [...new URLSearchParams(body)];
    return pairs
      .filter(([name]) => isSecret(name, names) || secretParameter.test(name))
      .map(([, value]) => value);
  }
  if (typeof body !== 'object' || body === null) {
    return [];
  }
  return Object.entries(body).flatMap(([name, value]) =>
    typeof value === 'string' && isSecret(name, names) ? [value] : bodySecrets(nested(value), names),
  );
}

function nested(value: unknown): object | null {
  return typeof value === 'object' ? value : null;
}

function longestFirst(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
    .filter((value) => value.length >= secretMin)
    .toSorted((a, b) => b.length - a.length);
}

function redactUrl(url: string, names: readonly string[]): string {
  const parsed = URL.parse(url);
  if (parsed === null) {
    return mask;
  }
  for (const name of new Set(parsed.searchParams.keys())) {
    if (isSecret(name, names) || secretParameter.test(name)) {
      parsed.searchParams.set(name, mask);
    }
  }
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

function redactJson(body: string, names: readonly string[]): string | null {
  if (!/^\s*[[{]/u.test(body)) {
    return null;
  }
  try {
    const clean = (name: string, value: unknown) => (isSecret(name, names) && value !== null ? mask : value);
    return JSON.stringify(JSON.parse(body, clean));
  } catch {
    return null;
  }
}

function redactForm(body: string, names: readonly string[]): string {
  return body.replace(/(^|[&?\s"'])([\w.-]{1,64})=([^&\s"']*)/gu, (whole, before: string, name: string) =>
    isSecret(name, names) || secretParameter.test(name) ? `${before}${name}=${mask}` : whole,
  );
}

function isSecret(name: string, names: readonly string[]): boolean {
  return secretName.test(name) || names.includes(name);
}

function cut(text: string): string {
  return text.length <= bodyMax ? text : `${text.slice(0, bodyMax)}… [${text.length - bodyMax} more]`;
}
