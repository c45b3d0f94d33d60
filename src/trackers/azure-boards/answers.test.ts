import { describe, expect, test } from 'vitest';
import type { TrackerFault } from '../../contracts/tracker.ts';
import { faultOf } from '../kit/stage.ts';
import tracker from './index.ts';
import { openStage } from './test-stage.ts';

const json = { 'content-type': 'application/json; charset=utf-8' };
const told = (message: string, typeKey: string) => JSON.stringify({ $id: '1', innerException: null, message, typeKey, errorCode: 0, eventId: 3000 });

type Row = readonly [words: string, answer: { status: number; headers?: Record<string, string>; body: string }, kind: TrackerFault['kind'], hint: string];

const signIn = '<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head></html>';
const rows: readonly Row[] = [
  ['203 with the page to sign in', { status: 203, headers: { 'content-type': 'text/html' }, body: signIn }, 'unauthorized', 'Third-party application access via OAuth'],
  ['a redirect to the page to sign in', { status: 302, headers: { location: 'https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com' }, body: '' }, 'unauthorized', 'Sign in again'],
  ['401 without a word', { status: 401, headers: { 'www-authenticate': 'Basic realm="https://tfsprodsin1.app.visualstudio.com/"' }, body: '' }, 'unauthorized', 'policies'],
  ['401 for a known identity without access', { status: 401, headers: json, body: told("TF400813: The user 'aaaa\\sam@x.example' is not authorized to access this resource.", 'UnauthorizedRequestException') }, 'unauthorized', 'Add it to the organization'],
  ['conditional access as JSON', { status: 403, headers: json, body: told('VS403463: The conditional access policy defined by your Microsoft Entra administrator has failed.', 'VssServiceException') }, 'unauthorized', 'policy'],
  ['conditional access as a page', { status: 403, headers: { 'content-type': 'text/html' }, body: '<html><head><title>VS403463: The conditional access policy</title></head></html>' }, 'unauthorized', 'policy'],
  ['a project that is gone', { status: 404, headers: json, body: told('TF200016: The following project does not exist: X.', 'ProjectDoesNotExistWithNameException') }, 'gone', 'renamed'],
  ['a route that does not exist', { status: 404, headers: { 'content-type': 'text/plain' }, body: "The controller for path '/x' was not found or does not implement IController." }, 'nonsense', ''],
  ['an organization that is asleep', { status: 503, headers: json, body: `\uFEFF${told('TF24668: The following team project collection is stopped: X. deactivated due to inactivity', 'HostShutdownException')}` }, 'unavailable', 'wake'],
  ['a query that took too long', { status: 400, headers: json, body: told('VS402335: The timeout period (30 seconds) elapsed prior to completion of the query.', 'WorkItemTrackingQueryTimeoutException') }, 'unavailable', ''],
  ['a server that is busy with itself', { status: 500, headers: json, body: told('TF401349: An unexpected error has occurred, please verify your permission and try again.', 'WorkItemTrackingException') }, 'unavailable', ''],
  ['429 without a word of until when', { status: 429, headers: json, body: told('TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource x in namespace y.', 'RequestBlockedException') }, 'throttled', ''],
  ['a page of somebody in between', { status: 203, headers: { 'content-type': 'text/html' }, body: '<html><title>Company proxy</title></html>' }, 'nonsense', ''],
];

describe('what the service answers in place of a work item', () => {
  test.each(rows)('%s is no verdict about the card', async (_words, answer, kind, hint) => {
    await using stage = await openStage();
    const card = await stage.create(1);
    stage.sandbox.misbehave({ kind: 'answer', ...answer });

    const fault = await faultOf(stage.session.read(card.ref));

    expect(fault.kind).toBe(kind);
    expect(fault.detail.hint ?? '').toContain(hint);
  });

  test('a race that the service notices itself is stale, too', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    const body = told('TF26071: This work item has been changed by someone else since you opened it.', 'WorkItemRevisionMismatchException');
    stage.sandbox.misbehave({ kind: 'answer', status: 400, headers: json, body, when: ({ method }) => method === 'PATCH' });

    expect((await faultOf(stage.update(card, { title: 'x' }))).kind).toBe('stale');
  });

  test('a 429 without a word of until when waits as long as the window of the limit', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    stage.sandbox.misbehave({ kind: 'answer', status: 429, headers: { 'content-type': 'text/html' }, body: '' });

    expect((await faultOf(stage.session.read(card.ref))).detail.retryAfterMs).toBe(300_000);
    expect(stage.hints.at(-1)?.pauseMs).toBe(300_000);
  });

  test('a wish to wait is heard on a success, too', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    const answer = await (await fetch(`${stage.baseUrl}/fabrikam/_apis/wit/workitems/1?api-version=7.1`, { headers: signedIn(stage.sandbox.requests) })).text();
    const headers = { ...json, 'retry-after': '12', 'x-ratelimit-remaining': '0', 'x-ratelimit-resource': 'Resources/Boards' };
    stage.sandbox.misbehave({ kind: 'answer', status: 200, headers, body: answer });

    await stage.session.read(card.ref);

    expect(stage.hints.find(({ pauseMs }) => pauseMs === 12_000)?.because).toContain('Resources/Boards');
  });
});

describe('who we are', () => {
  test('is said in each call, with a fixed version, and without an invitation to a page', async () => {
    await using stage = await openStage();
    await stage.create(1);

    const { requests } = stage.sandbox;

    expect(requests.length).toBeGreaterThan(3);
    expect(requests.every(({ headers }) => headers['x-tfs-fedauthredirect'] === 'Suppress')).toBe(true);
    expect(requests.every(({ path }) => path.includes('api-version=7.1'))).toBe(true);
    expect(requests.every(({ headers }) => Buffer.from((headers['authorization'] ?? '').slice(6), 'base64').toString().startsWith(':'))).toBe(true);
  });

  test('with a token that ended in the midst one fresh token is asked for, and the call is made again', async () => {
    await using stage = await openStage({ signIn: 'entra' });
    const card = await stage.create(1);
    const ended = stage.azure.entra.grant();
    stage.azure.entra.revokeAll();
    const rejected: (string | undefined)[] = [];
    const { settings, credentials } = stage.sandbox.connection(stage.baseUrl);
    const session = tracker.open({
      ...{ settings: tracker.settings.parse(settings), credentials: tracker.credentials.parse(credentials), http: stage.http },
      ...{ now: () => stage.clock.at, onPace: () => {}, environment: { entraAuthority: stage.baseUrl } },
      accessToken: async (asked) => {
        rejected.push(asked?.rejected);
        return asked?.rejected === ended ? stage.azure.entra.grant() : ended;
      },
    });

    expect((await session.read(card.ref)).ref).toBe(card.ref);
    expect(rejected).toEqual([undefined, ended]);
  });

  test('at an organization of another directory the words name both', async () => {
    await using stage = await openStage({ signIn: 'entra' });
    const card = await stage.create(1);
    const home = '11111111-2222-4333-8444-555555555555';
    const answer = { kind: 'answer', status: 401, headers: { 'x-vss-resourcetenant': home }, body: '' } as const;
    stage.sandbox.misbehave({ ...answer, times: 2 });

    const { detail } = await faultOf(stage.session.read(card.ref));

    expect(detail.hint).toContain(home);
    expect(detail.hint).toContain('3f0a4d0e-8f6f-4a53-9d1c-6a0b8b2f7c55');
  });
});

function signedIn(requests: readonly { readonly headers: Readonly<Record<string, string>> }[]): Record<string, string> {
  return { authorization: requests[0]?.headers['authorization'] ?? '' };
}
