/** Longest body kept of one exchange, in UTF-16 units. */
const bodyMax = 16 * 1024;
const secretName = /secret|token|password|apikey|api_key|authorization|credential|^code$|code_verifier|assertion|^pat$/iu;
const mask = '[redacted]';

/** The address without secret query values. */
export function redactUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) {
    return mask;
  }
  for (const name of new Set(parsed.searchParams.keys())) {
    if (secretName.test(name)) {
      parsed.searchParams.set(name, mask);
    }
  }
  return parsed.href;
}

/** A body for Sync activity: secrets masked by field name, cut at a bound. Never headers. */
export function redactBody(body: string | null, secretFields: readonly string[] = []): string | null {
  if (body === null || body === '') {
    return body;
  }
  return cut(redactJson(body, secretFields) ?? redactForm(body, secretFields));
}

function redactJson(body: string, secretFields: readonly string[]): string | null {
  if (!/^\s*[[{]/u.test(body)) {
    return null;
  }
  try {
    return JSON.stringify(JSON.parse(body, (name, value: unknown) => (isSecret(name, secretFields) && value !== null ? mask : value)));
  } catch {
    return null;
  }
}

function redactForm(body: string, secretFields: readonly string[]): string {
  return body.replace(/(^|[&?\s"'])([\w.-]{1,64})=([^&\s"']*)/gu, (whole, before: string, name: string) =>
    isSecret(name, secretFields) ? `${before}${name}=${mask}` : whole,
  );
}

function isSecret(name: string, secretFields: readonly string[]): boolean {
  return secretName.test(name) || secretFields.includes(name);
}

function cut(text: string): string {
  return text.length <= bodyMax ? text : `${text.slice(0, bodyMax)}… [${text.length - bodyMax} more]`;
}
