import type { PatState } from './sandbox-access.ts';
import { accessOf, isInScope } from './sandbox-access.ts';
import type { Asked } from './sandbox-answer.ts';
import { json, noController, refused, unauthorized } from './sandbox-answer.ts';
import { binRoutes } from './sandbox-bin-routes.ts';
import { boardRoutes } from './sandbox-board-routes.ts';
import type { Call, Desk, Place, Route } from './sandbox-call.ts';
import { noTeam, placeOf, projectNamed, Query, versionOf } from './sandbox-call.ts';
import type { SandboxEntra } from './sandbox-entra.ts';
import { ApiError } from './sandbox-errors.ts';
import { historyRoutes } from './sandbox-history-routes.ts';
import { hookRoutes } from './sandbox-hook-routes.ts';
import { itemRoutes } from './sandbox-item-routes.ts';
import { locationRoutes } from './sandbox-locations.ts';
import type { Project, Team } from './sandbox-organization.ts';
import { idOf } from './sandbox-organization.ts';
import type { Throttle } from './sandbox-pace.ts';
import { unitsOf } from './sandbox-pace.ts';
import { profile, projectRoutes } from './sandbox-project-routes.ts';
import { queryRoutes } from './sandbox-query-routes.ts';
import { typeRoutes } from './sandbox-type-routes.ts';
import type { Site } from './sandbox-wire.ts';

/** From a request to an answer: who asks, may they, which version, which route. */

export interface House extends Desk {
  readonly entra: SandboxEntra;
  readonly pat: PatState;
  /** Addresses in hooks begin as those that callers used last. */
  readonly site: { readonly organization: Site['organization']; base: string };
  readonly throttle: Throttle | null;
}

const routes: readonly Route[] = [
  ...itemRoutes,
  ...historyRoutes,
  ...binRoutes,
  ...queryRoutes,
  ...typeRoutes,
  ...boardRoutes,
  ...projectRoutes,
  ...hookRoutes,
  ...locationRoutes,
];

export function respond(house: House, request: Request, body: string): Response {
  const url = new URL(request.url);
  const entra = house.entra.answer(request.method, url, request.headers, body);
  if (entra !== null) {
    return entra;
  }
  const session = request.headers.get('x-tfs-session');
  const access = accessOf(request, { ...house, asked: { who: null, version: null, session } });
  if (access.kind === 'refused') {
    return access.response;
  }
  const asked: Asked = { who: access.who, version: null, session };
  const place = placeOf(url.pathname);
  if (place === null) {
    return withoutOrganization(house, url, asked, access.by);
  }
  if (access.by === 'token' && !isInScope(house.organization, request.method, place.resource)) {
    return unauthorized({ ...asked, who: null });
  }
  const units = unitsOf(request.method, place.resource, url.search);
  const toll = house.throttle?.take(access.who.id, units) ?? { headers: {}, refusedFor: null };
  if (toll.refusedFor !== null) {
    const words =
      'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource Boards.';
    return refused(new ApiError(429, 'RequestBlockedException', words), asked, {
      ...toll.headers,
      'retry-after': String(toll.refusedFor),
    });
  }
  const response = routed(house, { request, url, body, place, asked });
  for (const [name, value] of Object.entries(toll.headers)) {
    response.headers.set(name, value);
  }
  return response;
}

/** Profile and accounts live on a host of their own, which takes tokens of Entra alone. */
function withoutOrganization(house: House, url: URL, asked: Asked, by: 'token' | 'entra'): Response {
  const path = /^\/_apis\/(profile\/profiles\/me|accounts)$/iu.exec(url.pathname)?.[1]?.toLowerCase();
  if (path === undefined || asked.who === null) {
    return noController(url.pathname, asked);
  }
  if (by === 'token') {
    return unauthorized({ ...asked, who: null });
  }
  const versioned = { ...asked, version: '7.1' };
  const site = { organization: house.organization, base: url.origin };
  return path === 'accounts'
    ? json({ status: 200, body: { count: 1, value: [account(house, url.origin)] } }, versioned)
    : json({ status: 200, body: profile({ who: asked.who, site }) }, versioned);
}

function account({ organization }: House, origin: string) {
  return {
    accountId: idOf('account'),
    accountUri: `${origin}/${organization.name}/`,
    accountName: organization.name,
    properties: {},
  };
}

interface Inside {
  readonly request: Request;
  readonly url: URL;
  readonly body: string;
  readonly place: Place;
  readonly asked: Asked;
}

function routed(house: House, { request, url, body, place, asked }: Inside): Response {
  const { method } = request;
  const own = routes.find(([of, pattern]) => of === method && pattern.test(place.resource));
  const shown = url.pathname.slice(place.root.length);
  const base = url.origin + place.root;
  house.site.base = base;
  // Of the wit area only queries know a team.
  const teamless = /^wit\/(?!wiql)/iu.test(place.resource) && place.before.length > 1;
  if (own === undefined || teamless || asked.who === null) {
    return noController(shown, asked);
  }
  try {
    const query = new Query(url.searchParams);
    const inAccept = /api-version=([\w.-]+)/iu.exec(request.headers.get('accept') ?? '')?.[1];
    const version = versionOf(method, place.resource, query.text('api-version') ?? inAccept ?? null);
    const project = projectNamed(house.organization, place.before[0]);
    const call: Call = {
      ...{ desk: house, method, project, query, body, version },
      site: { organization: house.organization, base },
      resource: place.resource,
      team: teamNamed(house, project, place.before[1]),
      contentType: request.headers.get('content-type') ?? '',
      who: asked.who,
    };
    const [, pattern, answer] = own;
    return json(answer(call, pattern.exec(place.resource) ?? []), { ...asked, version });
  } catch (error) {
    if (error instanceof ApiError) {
      return refused(error, asked);
    }
    throw error;
  }
}

function teamNamed(house: House, project: Project | null, name: string | undefined): Team | null {
  if (project === null || name === undefined) {
    return null;
  }
  const team = house.organization.team(project, name);
  if (team === undefined) {
    throw noTeam(name);
  }
  return team;
}
