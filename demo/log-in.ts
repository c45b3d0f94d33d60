interface Door {
  /** Of a web process. */
  readonly url: string;
  readonly token: string;
}

/**
 * What a person does in a browser where a tracker wants a login: opens its page, agrees, and comes back with the answer. Sandboxes
 * agree at once. False, and nothing done, where the connection's credentials are enough.
 */
export async function logIn({ url, token }: Door, connectionId: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const connection = await fetch(`${url}/api/v1/connections/${connectionId}`, { headers });
  const { login } = (await connection.json()) as { login: { flow: string } | null };
  if (login?.flow !== 'interactive') {
    return false;
  }
  const asked = await fetch(`${url}/api/v1/connections/${connectionId}/authorize`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{}',
  });
  const { authorizationUrl } = (await asked.json()) as { authorizationUrl: string };
  const page = await fetch(authorizationUrl, { redirect: 'manual' });
  const { pathname, search } = new URL(page.headers.get('location') ?? 'about:blank');
  const back = await fetch(`${url}${pathname}${search}`, { headers, redirect: 'manual' });
  const where = back.headers.get('location') ?? '';
  if (!where.endsWith('login=succeeded')) {
    throw new Error(`The login came back with ${back.status} ${await back.text()} to ${where}.`);
  }
  return true;
}
