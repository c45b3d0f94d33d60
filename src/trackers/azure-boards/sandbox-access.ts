import type { Asked } from './sandbox-answer.ts';
import { signInPage, signInRedirect, unauthorized } from './sandbox-answer.ts';
import type { SandboxEntra } from './sandbox-entra.ts';
import type { Organization, Person } from './sandbox-organization.ts';
import { people } from './sandbox-organization.ts';

/** Who is asking: a personal access token by Basic, or a token of Entra. Else a sign-in page, in one of its guises. */

/** 84 characters, with the service's mark where it always is. */
export const personalAccessToken = `${'Sandbox0PersonalAccessToken'.padEnd(76, '7')}AZDO1234`;

export interface PatState {
  state: 'valid' | 'expired';
}

export type Access =
  | { readonly kind: 'known'; readonly who: Person; readonly by: 'token' | 'entra' }
  | { readonly kind: 'refused'; readonly response: Response };

export function accessOf(
  request: Request,
  { entra, pat, asked }: { readonly entra: SandboxEntra; readonly pat: PatState; readonly asked: Asked },
): Access {
  const [, scheme = '', given = ''] = /^(\w+) (.+)$/u.exec(request.headers.get('authorization') ?? '') ?? [];
  const suppressed = request.headers.get('x-tfs-fedauthredirect')?.toLowerCase() === 'suppress';
  const refused = (response: Response): Access => ({ kind: 'refused', response });
  switch (scheme.toLowerCase()) {
    case 'bearer': {
      const who = entra.whoHas(given);
      return who === null ? refused(unauthorized(asked)) : { kind: 'known', who, by: 'entra' };
    }
    case 'basic': {
      if (pat.state === 'valid' && isToken(given)) {
        return { kind: 'known', who: people.integration, by: 'token' };
      }
      const askedByPatch = request.method === 'PATCH' || suppressed;
      return refused(askedByPatch ? unauthorized(asked) : signInPage(203, asked));
    }
    default:
      return refused(suppressed ? unauthorized(asked) : signInRedirect(asked));
  }
}

/** The user part is ignored; text that is not exactly its own base64 is refused. */
function isToken(given: string): boolean {
  const text = Buffer.from(given, 'base64');
  return (
    text.toString('base64') === given && text.toString().split(':').slice(1).join(':') === personalAccessToken
  );
}

/** A token without the scope gets no word of why. */
export function isInScope({ rights }: Organization, method: string, resource: string): boolean {
  if (/^(?:connectiondata|profile\/|resourceareas)/iu.test(resource)) {
    return true;
  }
  if (/^projects|^process\//iu.test(resource)) {
    return rights.scopes.has('project') || rights.scopes.has('profile');
  }
  const reads =
    ['GET', 'OPTIONS'].includes(method) ||
    /^wit\/(?:wiql|workitemsbatch|reporting\/)|^hooks\//iu.test(resource);
  return reads
    ? rights.scopes.has('work') || rights.scopes.has('work_write')
    : rights.scopes.has('work_write');
}
