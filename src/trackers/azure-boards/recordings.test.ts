import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { FaultKind, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { parseAnswer } from '../kit/answer.ts';
import { accepted, faultOfAnswer, tenantOf } from './faults.ts';
import { personalAccessToken } from './sandbox-access.ts';
import { makeSandbox } from './sandbox.ts';
import { connectionData, deletedItem, listOf, project, projects, queryResult, teamFieldValues, teams, workItem } from './wire.ts';

/** What the service itself answered, from recordings of 2019 to 2025: the adapter understands it, and the sandbox answers alike. */

interface Exchange {
  readonly name: string;
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly sent: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: unknown;
}

const exchanges = JSON.parse(readFileSync(join(import.meta.dirname, 'recordings/exchanges.json'), 'utf8')) as readonly Exchange[];
const named = (name: string) => exchanges.find((one) => one.name === name) ?? raise(name);

function raise(name: string): never {
  throw new Error(`“${name}” was recorded.`);
}

const asking = { now: 0, tenant: null };
const wishOf = ({ method, path }: Exchange): HttpRequest => ({ method, url: `https://dev.azure.com/fabrikam${path}`, purpose: method === 'GET' ? 'read' : 'write' });
const responseOf = ({ status, headers, answer }: Exchange): HttpResponse => ({ status, headers, text: typeof answer === 'string' ? answer : JSON.stringify(answer) });

const schemas: Readonly<Record<string, z.ZodType>> = {
  'who am I': connectionData,
  projects,
  'a project with its process': project,
  teams,
  'areas of a team': teamFieldValues,
  'a work item with everything': workItem,
  'a work item with its links': workItem,
  'two fields of a work item': workItem,
  'several work items': listOf(workItem),
  'a state is written': workItem,
  'tags are added': workItem,
  'tags are replaced': workItem,
  'a link is added': workItem,
  'a bug is made': workItem,
  'a task is made': workItem,
  'a query': queryResult,
  'into the recycle bin': deletedItem,
};

describe('the adapter understands', () => {
  test.each(Object.keys(schemas))('%s', (name) => {
    const exchange = named(name);
    const response = accepted(wishOf(exchange), responseOf(exchange), asking);

    expect(parseAnswer(schemas[name] ?? workItem, wishOf(exchange), response)).toBeDefined();
  });

  test.each<readonly [string, FaultKind, string | undefined]>([
    ['a link that is there already', 'rejected', undefined],
    ['no access', 'unauthorized', 'TF400813'],
    ['a work item that is gone', 'gone', 'TF401232'],
    ['a change of one that is gone', 'gone', 'TF401232'],
    ['a project that is gone', 'gone', 'TF200016'],
  ])('%s as %s', (name, kind, code) => {
    const exchange = named(name);
    const fault = faultOfAnswer(wishOf(exchange), responseOf(exchange), asking);

    expect([fault.kind, fault.detail.trackerCode]).toEqual([kind, code]);
  });

  test('the directory of an organization, from its refusal', () => {
    expect(tenantOf(responseOf(named('no access')))).toMatch(/^[0-9a-f-]{36}$/u);
  });
});

/** Paths of all values with their kinds; lists by their first element. Names of fields and of a process’s parts are left out. */
function shapeOf(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) {
    found.set(path, 'list');
    if (value.length > 0) {
      shapeOf(value[0], `${path}[]`, found);
    }
    return found;
  }
  if (typeof value !== 'object' || value === null) {
    return found.set(path, value === null ? 'null' : typeof value);
  }
  for (const [name, one] of Object.entries(value)) {
    if (name !== 'fields' && name !== 'properties' && name !== 'multilineFieldsFormat') {
      shapeOf(one, path === '' ? name : `${path}.${name}`, found);
    }
  }
  return found;
}

const here = { project: 'Web%20shop', team: 'Web%20shop%20Team' };

async function answered({ method, path, sent }: Exchange): Promise<{ status: number; type: string; body: unknown }> {
  const sandbox = makeSandbox({ now: () => Date.parse('2026-03-02T08:00:00Z') });
  const headers = { authorization: `Basic ${Buffer.from(`:${personalAccessToken}`).toString('base64')}` };
  const call = (wanted: string, to: string, body?: unknown) =>
    sandbox.handle(
      new Request(`https://dev.azure.com/fabrikam${to}${to.includes('?') ? '&' : '?'}api-version=${/connectiondata/iu.test(to) ? '5.0-preview' : '5.0'}`, {
        method: wanted,
        headers: { ...headers, 'content-type': Array.isArray(body) ? 'application/json-patch+json' : 'application/json' },
        body: body === undefined || body === null ? undefined : JSON.stringify(body),
      }),
    );
  const make = [
    { op: 'add', path: '/fields/System.Title', value: 'One' },
    { op: 'add', path: '/fields/System.Tags', value: 'my tag' },
  ];
  for (let number = 0; number < 2; number += 1) {
    await (await call('POST', `/${here.project}/_apis/wit/workitems/$Bug`, make)).text();
  }
  const link = { op: 'add', path: '/relations/-', value: { rel: 'System.LinkTypes.Related', url: 'https://dev.azure.com/fabrikam/_apis/wit/workItems/2' } };
  const links = path.includes('relations');
  if (links) {
    await (await call('PATCH', '/_apis/wit/workitems/1', [link])).text();
  }
  const project = sandbox.example.target['project'] ?? '';
  const to = path
    .replace('/Project/Team/', `/${here.project}/${here.team}/`)
    .replace(/^\/Project\//u, `/${here.project}/`)
    .replace(/projects\/(?:Project|[0-9a-f-]{36})/u, `projects/${project}`)
    .replace(/workItems\/\d{2,}/u, 'workItems/1');
  const answer = await call(method, to, localBody(sent, link));
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: await answer.json().catch(() => 'no JSON') };
}

/** The recorded process was another one, and its query was one of theirs. */
function localBody(sent: unknown, link: object): unknown {
  const text = JSON.stringify(sent);
  if (text.includes('/relations/')) {
    return [link];
  }
  return text.includes('"query"') ? { query: 'SELECT [System.Id] FROM WorkItems' } : (JSON.parse(text.replace('"Done"', '"Closed"')) as unknown);
}

/** What one account has and another does not; the recorded team had no area of its own. */
const optional: Readonly<Record<string, readonly string[]>> = {
  'who am I': ['authenticatedUser.customDisplayName', 'authorizedUser.customDisplayName'],
  'a project with its process': ['description'],
  'areas of a team': ['defaultValue', 'values[].value', 'values[].includeChildren'],
};

describe('the sandbox answers as the service did', () => {
  test.each(Object.keys(schemas))('%s', async (name) => {
    const exchange = named(name);

    const { status, type, body } = await answered(exchange);

    expect([status, type.split(';')[0]]).toEqual([exchange.status, exchange.headers['content-type']?.split(';')[0]]);
    const [ours, theirs] = [shapeOf(body), shapeOf(exchange.answer)];
    const differences = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
      (path) => ours.get(path) !== theirs.get(path) && !(optional[name] ?? []).includes(path),
    );
    expect(differences.map((path) => `${path}: ${ours.get(path) ?? 'missing'} here, ${theirs.get(path) ?? 'missing'} there`)).toEqual([]);
  });
});
