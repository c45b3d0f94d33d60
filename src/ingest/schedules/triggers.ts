import type { HttpClient, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { ScheduleCredentials, Starts } from '../../contracts/schedule.ts';

/** What a started pipeline is told of the run. */
export interface Occasion {
  readonly run: string;
  readonly because: string;
  readonly asset: { readonly id: string; readonly key: string; readonly name: string };
  readonly branch: string;
  /** Where its report goes. */
  readonly uploadUrl: string;
}

export type Triggered =
  | { readonly kind: 'started'; readonly url: string | null }
  /** `again`: nothing was started, and it may work later. */
  | { readonly kind: 'failed'; readonly because: string; readonly again: boolean };

type Remote = Exclude<Starts, { kind: 'command' }>;

/** Where the token goes, and nowhere else. */
export function originOf(starts: Remote): string {
  return new URL(starts.url).origin;
}

/** Asks a pipeline or a webhook to start. One request. */
export async function trigger(http: HttpClient, starts: Remote, credentials: ScheduleCredentials | null, occasion: Occasion): Promise<Triggered> {
  const request = requestOf(starts, credentials?.token ?? null, occasion);
  let response: HttpResponse;
  try {
    response = await http.send({ ...request, purpose: 'write', timeoutMs: 30_000 });
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    return { kind: 'failed', because: fault.message, again: fault.kind === 'unavailable' || fault.kind === 'throttled' };
  }
  return outcomeOf(starts, response);
}

function requestOf(starts: Remote, token: string | null, occasion: Occasion): Omit<HttpRequest, 'purpose'> {
  const base = starts.url.replace(/\/+$/u, '');
  switch (starts.kind) {
    case 'webhook':
      return { method: 'POST', url: starts.url, headers: token === null ? {} : { authorization: `Bearer ${token}` }, body: occasion };
    case 'github':
      // https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
      return {
        method: 'POST',
        url: `${base}/repos/${starts.owner}/${starts.repository}/actions/workflows/${starts.workflow}/dispatches`,
        headers: {
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: { ref: starts.ref, inputs: starts.inputs },
      };
    case 'gitlab':
      // https://docs.gitlab.com/api/pipeline_triggers/#trigger-a-pipeline-with-a-token
      return {
        method: 'POST',
        url: `${base}/api/v4/projects/${encodeURIComponent(starts.project)}/trigger/pipeline`,
        headers: { 'content-type': 'application/json' },
        body: { token, ref: starts.ref, variables: { ...starts.variables, PATCHBOARD_RUN: occasion.run } },
        secretFields: ['token'],
      };
    case 'azure-pipelines': {
      // https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs/run-pipeline
      const organization = starts.organization === '' ? '' : `/${encodeURIComponent(starts.organization)}`;
      return {
        method: 'POST',
        url: `${base}${organization}/${encodeURIComponent(starts.project)}/_apis/pipelines/${starts.pipeline}/runs?api-version=7.1`,
        headers: token === null ? {} : { authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` },
        body: { resources: { repositories: { self: { refName: starts.ref } } }, templateParameters: starts.parameters },
      };
    }
  }
}

function outcomeOf(starts: Remote, { status, headers, text }: HttpResponse): Triggered {
  // Azure DevOps answers a token that has ended with 203 and a sign-in page.
  const signIn = status === 203 || (starts.kind !== 'webhook' && status === 200 && /text\/html/u.test(headers['content-type'] ?? ''));
  if (status >= 200 && status < 300 && !signIn) {
    return { kind: 'started', url: urlIn(text) };
  }
  const words = signIn ? 'A sign-in page came back: the token has ended or is not accepted.' : hintOf(status);
  const answered = text.trim() === '' || signIn ? '' : ` It said: ${text.trim().slice(0, 300)}`;
  return { kind: 'failed', because: `${originOf(starts)} answered ${status}. ${words}${answered}`, again: status === 429 || status >= 500 };
}

function hintOf(status: number): string {
  if (status === 401 || status === 403) {
    return 'Check the token and what it may do.';
  }
  return status === 404 ? 'Check the names: what a token may not see looks like what is not there.' : '';
}

/** Azure Pipelines and GitLab say where the run can be looked at. */
function urlIn(text: string): string | null {
  try {
    const body = JSON.parse(text) as { web_url?: unknown; html_url?: unknown; _links?: { web?: { href?: unknown } } } | null;
    const url = body?._links?.web?.href ?? body?.web_url ?? body?.html_url;
    return typeof url === 'string' && /^https?:\/\//u.test(url) ? url.slice(0, 2_000) : null;
  } catch {
    return null;
  }
}
