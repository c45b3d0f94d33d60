import type { Answered } from './sandbox-answer.ts';
import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { noTeam } from './sandbox-call.ts';
import { noSuchProject } from './sandbox-errors.ts';
import type { Project, Team } from './sandbox-organization.ts';
import { idOf, tenantId } from './sandbox-organization.ts';
import type { Json } from './sandbox-wire.ts';
import { personOf } from './sandbox-wire.ts';

/** Who is asking, projects, teams, processes. */
export const projectRoutes: readonly Route[] = [
  ['GET', /^connectiondata$/iu, (call) => ok(connectionData(call))],
  ['GET', /^profile\/profiles\/me$/iu, (call) => ok(profile(call))],
  ['GET', /^projects$/iu, projects],
  ['GET', /^projects\/([^/]+)$/iu, (call, [, name]) => ok(projectJson(call, projectOf(call, name), true))],
  ['GET', /^projects\/([^/]+)\/teams$/iu, teams],
  ['GET', /^projects\/([^/]+)\/teams\/([^/]+)$/iu, oneTeam],
  ['GET', /^projects\/([^/]+)\/teams\/([^/]+)\/members$/iu, members],
  [
    'GET',
    /^process\/processes$/iu,
    (call) => list(call.desk.organization.processes.map((one) => processJson(call, one))),
  ],
  ['GET', /^work\/processes$/iu, (call) => list(call.desk.organization.processes.map(inheritedJson))],
];

function connectionData({ who, desk }: Call): Json {
  const user = {
    id: who.id,
    descriptor: `Microsoft.IdentityModel.Claims.ClaimsIdentity;${tenantId}\\${who.uniqueName}`,
    subjectDescriptor: `aad.${Buffer.from(who.id).toString('base64url')}`,
    providerDisplayName: who.displayName,
    isActive: true,
    properties: { Account: { $type: 'System.String', $value: who.uniqueName } },
    resourceVersion: 2,
    metaTypeId: 0,
  };
  return {
    authenticatedUser: user,
    authorizedUser: user,
    instanceId: desk.organization.id,
    deploymentId: idOf('deployment'),
    deploymentType: 'hosted',
    locationServiceData: {
      serviceOwner: '00025394-6065-48ca-87d9-7f5672854ef7',
      defaultAccessMappingMoniker: 'PublicAccessMapping',
      lastChangeId: 1,
      lastChangeId64: 1,
    },
  };
}

export function profile({ who, site }: Pick<Call, 'who' | 'site'>): Json {
  return {
    displayName: who.displayName,
    publicAlias: who.id,
    emailAddress: who.uniqueName,
    coreRevision: 1,
    timeStamp: '2026-01-01T00:00:00Z',
    id: who.id,
    revision: 1,
    url: `${site.base}/_apis/profile/profiles/${who.id}`,
  };
}

const pageDefault = 100;

function projects(call: Call): Answered {
  const filter = call.query.text('stateFilter')?.toLowerCase() ?? 'wellformed';
  const all = filter === 'wellformed' || filter === 'all' ? call.desk.organization.projects : [];
  const skip = Number(call.query.text('continuationToken') ?? call.query.number('$skip', 0));
  const top = call.query.number('$top', pageDefault);
  const page = all.slice(skip, skip + top);
  const next: Record<string, string> =
    skip + page.length < all.length ? { 'x-ms-continuationtoken': String(skip + page.length) } : {};
  return list(
    page.map((one) => projectJson(call, one, false)),
    next,
  );
}

function projectOf({ desk }: Call, name = ''): Project {
  const asked = decodeURIComponent(name);
  const found = desk.organization.project(asked);
  if (found === undefined) {
    throw noSuchProject(asked);
  }
  return found;
}

function projectJson(call: Call, project: Project, whole: boolean): Json {
  const { base } = call.site;
  const url = `${base}/_apis/projects/${project.id}`;
  const [first] = project.teams;
  const plain = {
    ...{ id: project.id, name: project.name, url, state: 'wellFormed', revision: 12, visibility: 'private' },
    lastUpdateTime: '2026-01-05T10:09:00.847Z',
  };
  const processTemplate = { templateName: project.process.name, templateTypeId: project.process.id };
  const capabilities = {
    processTemplate,
    versioncontrol: { sourceControlType: 'Git', gitEnabled: 'True', tfvcEnabled: 'False' },
  };
  return whole
    ? {
        ...plain,
        ...(call.query.flag('includeCapabilities') ? { capabilities } : {}),
        _links: {
          self: { href: url },
          collection: { href: `${base}/_apis/projectCollections/${call.desk.organization.id}` },
          web: { href: `${base}/${encodeURIComponent(project.name)}` },
        },
        ...(first === undefined
          ? {}
          : { defaultTeam: { id: first.id, name: first.name, url: `${url}/teams/${first.id}` } }),
      }
    : plain;
}

function teamJson(call: Call, project: Project, team: Team): Json {
  return {
    id: team.id,
    name: team.name,
    url: `${call.site.base}/_apis/projects/${project.id}/teams/${team.id}`,
    description: '',
    identityUrl: `https://spsprodweu1.vssps.visualstudio.com/A${idOf('account')}/_apis/Identities/${team.id}`,
    projectName: project.name,
    projectId: project.id,
  };
}

function teams(call: Call, [, name]: readonly string[]): Answered {
  const project = projectOf(call, name);
  const skip = call.query.number('$skip', 0);
  const page = project.teams.slice(skip, skip + call.query.number('$top', pageDefault));
  return list(page.map((team) => teamJson(call, project, team)));
}

function teamOf(call: Call, project: Project, name = ''): Team {
  const team = call.desk.organization.team(project, decodeURIComponent(name));
  if (team === undefined) {
    throw noTeam(decodeURIComponent(name));
  }
  return team;
}

function oneTeam(call: Call, [, name, id]: readonly string[]): Answered {
  const project = projectOf(call, name);
  return ok(teamJson(call, project, teamOf(call, project, id)));
}

function members(call: Call, [, name, id]: readonly string[]): Answered {
  teamOf(call, projectOf(call, name), id);
  return list(call.desk.organization.people.map((one) => ({ identity: personOf(one, call.site.base) })));
}

type Described = Call['desk']['organization']['processes'][number];

function processJson(call: Call, process: Described): Json {
  return {
    id: process.id,
    description: process.description,
    isDefault: process.name === 'Basic',
    type: process.parent === null ? 'system' : 'inherited',
    url: `${call.site.base}/_apis/process/processes/${process.id}`,
    name: process.name,
  };
}

function inheritedJson(process: Described): Json {
  return {
    typeId: process.id,
    name: process.name,
    referenceName: null,
    description: process.description,
    parentProcessTypeId: process.parent ?? '00000000-0000-0000-0000-000000000000',
    isEnabled: true,
    isDefault: process.name === 'Basic',
    customizationType: process.parent === null ? 'system' : 'inherited',
  };
}
