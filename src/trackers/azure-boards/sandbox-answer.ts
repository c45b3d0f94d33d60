import { randomUUID } from 'node:crypto';
import type { ApiError } from './sandbox-errors.ts';
import { envelope } from './sandbox-errors.ts';
import type { Person } from './sandbox-organization.ts';
import { tenantId } from './sandbox-organization.ts';

/** HTTP answers as the service gives them: headers that tell who asked, pages in place of answers. */

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}): Answered => ({
  status: 200,
  body,
  headers,
});
export const list = (value: readonly unknown[], headers: Readonly<Record<string, string>> = {}): Answered =>
  ok({ count: value.length, value }, headers);
export const nothing: Answered = { status: 204, body: null };

export interface Asked {
  readonly who: Person | null;
  readonly version: string | null;
  /** `X-TFS-Session` comes back as it was sent. */
  readonly session: string | null;
}

export function common({ who, session }: Asked): Record<string, string> {
  const activity = randomUUID();
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    activityid: activity,
    'x-vss-e2eid': activity,
    'x-tfs-session': session ?? randomUUID(),
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    ...(who === null ? {} : { 'x-vss-userdata': `${who.id}:${who.uniqueName}` }),
  };
}

export function json({ status, body, headers }: Answered, asked: Asked): Response {
  if (status === 204) {
    return new Response(null, { status, headers: { ...common(asked), ...headers } });
  }
  const version = asked.version === null ? '' : `; api-version=${asked.version}`;
  const type = { 'content-type': `application/json; charset=utf-8${version}` };
  return new Response(JSON.stringify(body), { status, headers: { ...common(asked), ...type, ...headers } });
}

/** The first line of the error comes again in a header. */
export function refused(
  error: ApiError,
  asked: Asked,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const told = encodeURIComponent(error.message);
  return json(
    { status: error.status, body: envelope(error), headers: { 'x-tfs-serviceerror': told, ...headers } },
    { ...asked, version: null },
  );
}

/** A route that does not exist is told in plain text. */
export function noController(path: string, asked: Asked): Response {
  return new Response(`The controller for path '${path}' was not found or does not implement IController.`, {
    status: 404,
    headers: { ...common(asked), 'content-type': 'text/plain; charset=utf-8' },
  });
}

/** Who is asking is not known, or may not: no word of why, and where to sign in. */
export function unauthorized(asked: Asked): Response {
  return new Response('', {
    status: 401,
    headers: {
      ...common(asked),
      'www-authenticate': `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}, Basic realm="https://tfsprodweu1.app.visualstudio.com/", TFS-Federated`,
      'x-vss-resourcetenant': tenantId,
      'x-vss-authenticateerror': 'Unauthorized',
    },
  });
}

export function signInPage(status: 200 | 203, asked: Asked): Response {
  return html(status, 'Azure DevOps Services | Sign In', '<form action="/_signin"></form>', asked);
}

export function signInRedirect(asked: Asked): Response {
  return new Response('<html><head><title>Object moved</title></head></html>', {
    status: 302,
    headers: {
      ...common(asked),
      'content-type': 'text/html; charset=utf-8',
      location: 'https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com',
    },
  });
}

export function outage(): Response {
  return new Response(
    "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h2>Our services aren't available right now</h2></body></html>",
    {
      status: 503,
      headers: { 'content-type': 'text/html', 'x-msedge-ref': 'Ref A: 0' },
    },
  );
}

function html(status: number, title: string, body: string, asked: Asked): Response {
  return new Response(
    `<!DOCTYPE html><html><head><title>${title}</title></head><body>${body}</body></html>`,
    {
      status,
      headers: { ...common(asked), 'content-type': 'text/html; charset=utf-8' },
    },
  );
}
