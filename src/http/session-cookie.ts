import type { FastifyReply, FastifyRequest } from 'fastify';
import { closeSession, openSession } from '../store/people.ts';
import { sessionCookieOf } from './access.ts';
import type { Surroundings } from './surroundings.ts';

export interface SessionCookie {
  token(request: FastifyRequest): string | null;
  open(request: FastifyRequest, reply: FastifyReply, userId: string, providerLogout?: string | null): Promise<void>;
  /** Where the provider ends its own session, if this one began there. */
  close(request: FastifyRequest, reply: FastifyReply): Promise<string | null>;
}

export function makeSessionCookie({ store, publicUrl }: Pick<Surroundings, 'store' | 'publicUrl'>): SessionCookie {
  const name = sessionCookieOf(publicUrl);
  const options = { httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:'), path: '/' } as const;
  const token = (request: FastifyRequest) => request.cookies[name] ?? null;
  return {
    token,
    /** A new token each time, so that nobody can prepare one for somebody else. */
    async open(request, reply, userId, providerLogout = null) {
      const from = { address: request.ip, agent: request.headers['user-agent'] ?? '' };
      reply.setCookie(name, await openSession(store.db, userId, { ...from, providerLogout }), options);
    },
    async close(request, reply) {
      const held = token(request);
      reply.clearCookie(name, options);
      return held === null ? null : closeSession(store.db, held);
    },
  };
}
