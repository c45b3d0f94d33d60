import type { Answered } from './sandbox-answer.ts';
import { ApiError, badRequest, noSuchProject } from './sandbox-errors.ts';
import type { SandboxHooks } from './sandbox-hooks.ts';
import type { WorkItems } from './sandbox-items.ts';
import type { Organization, Person, Project, Team } from './sandbox-organization.ts';
import type { Json, Site } from './sandbox-wire.ts';

/** One request, taken apart as the service does it: organization, project, team, resource, version. */

export interface Desk {
  readonly organization: Organization;
  readonly items: WorkItems;
  readonly hooks: SandboxHooks;
  ignoresFilters(): boolean;
  now(): number;
}

export interface Call {
  readonly desk: Desk;
  readonly site: Site;
  readonly method: string;
  /** After `_apis/`. */
  readonly resource: string;
  readonly project: Project | null;
  readonly team: Team | null;
  readonly query: Query;
  readonly body: string;
  readonly contentType: string;
  readonly who: Person;
  readonly version: string;
}

export type Route = readonly [
  method: string,
  pattern: RegExp,
  answer: (call: Call, match: readonly string[]) => Answered,
];

/** Names of query parameters have no case. */
export class Query {
  readonly #given: URLSearchParams;

  constructor(given: URLSearchParams) {
    this.#given = given;
  }

  text(name: string): string | null {
    for (const [key, value] of this.#given) {
      if (key.toLowerCase() === name.toLowerCase()) {
        return value;
      }
    }
    return null;
  }

  flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true';
  }

  number(name: string, otherwise: number): number {
    const value = Number(this.text(name) ?? otherwise);
    return Number.isInteger(value) && value >= 0 ? value : otherwise;
  }

  /** Separated by commas; null: not given. */
  list(name: string): readonly string[] | null {
    const text = this.text(name);
    return text === null
      ? null
      : text
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== '');
  }
}

export function jsonOf(call: Pick<Call, 'body'>): Json {
  try {
    const parsed: unknown = JSON.parse(call.body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Json;
    }
  } catch {
    // Said below.
  }
  throw badRequest('Value cannot be null. Parameter name: body', 'ArgumentNullException');
}

export function wantedProject(call: Call): Project {
  if (call.project === null) {
    throw badRequest('A project name is required.', 'ProjectNameRequiredException');
  }
  return call.project;
}

export function wantedTeam(call: Call): Team {
  const team = call.team ?? wantedProject(call).teams[0];
  if (team === undefined) {
    throw noTeam('');
  }
  return team;
}

export function noTeam(name: string): ApiError {
  return new ApiError(404, 'TeamNotFoundException', `The team with id '${name}' does not exist.`);
}

export interface Place {
  /** `/fabrikam`, or `/tfs/DefaultCollection` as on a server. */
  readonly root: string;
  readonly before: readonly string[];
  readonly resource: string;
}

const roots = /^\/(?:fabrikam|tfs\/DefaultCollection)(?=\/|$)/iu;

/** Null: no address of this organization's API. */
export function placeOf(pathname: string): Place | null {
  const root = roots.exec(pathname)?.[0];
  if (root === undefined) {
    return null;
  }
  const parts = pathname
    .slice(root.length)
    .split('/')
    .filter((part) => part !== '');
  const at = parts.findIndex((part) => part.toLowerCase() === '_apis');
  if (at === -1 || at > 2) {
    return null;
  }
  return { root, before: parts.slice(0, at).map(decoded), resource: parts.slice(at + 1).join('/') };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function projectNamed(organization: Organization, name: string | undefined): Project | null {
  if (name === undefined) {
    return null;
  }
  const project = organization.project(name);
  if (project === undefined) {
    throw noSuchProject(name);
  }
  return project;
}

const previewOnly = /^(?:connectionData|wit\/workItems\/\d+\/comments.*|teams|resourceareas.*)$/iu;
const newest = 7.2;
const released = 7.1;

/** Without a version a GET is answered with the newest preview; other methods are refused. */
export function versionOf(method: string, resource: string, asked: string | null): string {
  if (asked === null) {
    if (method === 'GET' || method === 'OPTIONS') {
      return '7.2-preview.3';
    }
    throw badRequest(
      `No api-version was supplied for the "${method}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`,
      'VssVersionNotSpecifiedException',
    );
  }
  const [, number = '', preview] = /^(\d+(?:\.\d+)?)(-preview(?:\.\d+)?)?$/u.exec(asked) ?? [];
  const version = Number(number);
  const batch = /^wit\/workitemsbatch$/iu.test(resource) && version > released;
  if (number === '' || version > newest || batch) {
    throw badRequest(
      `The requested version "${asked}" of the resource is out of range. The latest version that is supported by this server is ${released}.`,
      'VssVersionOutOfRangeException',
    );
  }
  if (preview === undefined && (previewOnly.test(resource) || version > released)) {
    throw badRequest(
      `The requested version "${asked}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${asked}-preview"`,
      'VssInvalidPreviewVersionException',
    );
  }
  return asked;
}
