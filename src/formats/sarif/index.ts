import type { Complaint, Format, ReadOptions, ReportEvent, ReportSource, RunOutcome } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { splitJson } from '../kit/split-json.ts';
import { findingOf } from './finding.ts';
import type { Invocation, Result, RunHeader } from './wire.ts';

const runsMax = 100;
const headers = ['tool', 'automationDetails', 'invocations', 'originalUriBaseIds', 'artifacts'] as const;

/** Static Analysis Results Interchange Format 2.1.0. */
const sarif: Format = {
  id: 'sarif',
  title: 'SARIF 2.1.0',
  recognise: (head) => {
    const text = head.trimStart();
    if (!text.startsWith('{')) {
      return 0;
    }
    if (/"\$schema"\s*:\s*"[^"]*sarif[^"]*"/iu.test(text)) {
      return 2;
    }
    return /"runs"\s*:\s*\[/u.test(text) && /"version"\s*:\s*"2\.\d/u.test(text) ? 2 : 0;
  },
  read,
};

export default sarif;

/** Two readings: rules, bases and invocations may stand after the results that need them. */
async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const runs = await readHeaders(source, options);
  if (runs.length === 0) {
    throw new ReportError('The SARIF report has no run.', { where: 'runs', hint: 'A scanner writes at least one run, with its results.' });
  }
  yield* readResults(source, options, runs);
}

async function readHeaders(source: ReportSource, options: ReadOptions): Promise<readonly RunHeader[]> {
  const runs: RunHeader[] = [];
  const wanted = ['version', ...headers.map((name) => `runs/*/${name}`)];
  // The results are walked, to know that they are an array, and skipped.
  for await (const piece of splitJson(source.open(), { wanted: [...wanted, 'runs/*/results/*/nothing'], limits: options.limits })) {
    if (piece.kind === 'value' && piece.pattern === 'version' && !String(piece.value).startsWith('2.')) {
      throw new ReportError(`SARIF version ${String(piece.value).slice(0, 20)} is not read here.`, { where: 'version', hint: 'Let the tool write SARIF 2.1.0.' });
    }
    const index = Number(piece.path.split('/')[1]);
    const run = runAt(runs, index);
    if (piece.pattern === 'runs/*/results' && run !== null) {
      run.hasResults = true;
    } else if (piece.kind === 'value' && run !== null) {
      setHeader(run, piece.pattern.slice('runs/*/'.length), piece.value);
    }
  }
  return runs;
}

function runAt(runs: RunHeader[], index: number): RunHeader | null {
  if (!Number.isInteger(index)) {
    return null;
  }
  if (index >= runsMax) {
    throw new ReportError(`The SARIF report has more than ${runsMax} runs.`, { where: `runs/${index}`, hint: 'Upload them in several reports.' });
  }
  while (runs.length <= index) {
    runs.push({ tool: {}, automationDetails: null, invocations: [], bases: {}, artifacts: [], hasResults: false });
  }
  return runs[index] ?? null;
}

function setHeader(run: RunHeader, name: string, value: unknown): void {
  const object = typeof value === 'object' && value !== null ? value : {};
  switch (name) {
    case 'tool':
      run.tool = object;
      break;
    case 'automationDetails':
      run.automationDetails = object;
      break;
    case 'invocations':
      run.invocations = Array.isArray(value) ? (value as Invocation[]) : [];
      break;
    case 'originalUriBaseIds':
      run.bases = object as RunHeader['bases'];
      break;
    case 'artifacts':
      run.artifacts = Array.isArray(value) ? (value as RunHeader['artifacts']) : [];
      break;
  }
}

async function* readResults(source: ReportSource, options: ReadOptions, runs: readonly RunHeader[]): AsyncIterable<ReportEvent> {
  let current = -1;
  let findings = 0;
  for await (const piece of splitJson(source.open(), { wanted: ['runs/*/results/*'], limits: options.limits })) {
    if (piece.kind === 'end' && piece.pattern !== 'runs/*') {
      continue;
    }
    const index = Number(piece.path.split('/')[1]);
    const run = runs[index];
    if (run === undefined) {
      continue;
    }
    if (index !== current) {
      current = index;
      yield { kind: 'run', run: factsOf(run) };
    }
    if (piece.kind === 'end') {
      yield* complaintsOf(run);
      yield { kind: 'end', outcome: outcomeOf(run) };
      continue;
    }
    const finding = findingAt(piece.value, run, piece.path);
    if (finding !== null) {
      findings += 1;
      if (findings > options.limits.findingsMax) {
        throw new ReportError(`The report has more than ${options.limits.findingsMax} findings.`, { where: piece.path });
      }
      yield { kind: 'finding', finding };
      options.onProgress?.({ bytes: 0, findings });
    }
  }
}

function findingAt(value: unknown, run: RunHeader, path: string): ReturnType<typeof findingOf> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ReportError('A result of the SARIF report is not an object.', { where: path });
  }
  try {
    return findingOf(value as Result, run);
  } catch (cause) {
    throw new ReportError('A result of the SARIF report is not as the format says.', { where: path, cause });
  }
}

/** The category is what stands before the last slash; without one, `automationDetails.id` only names the run. */
function factsOf(run: RunHeader) {
  const id = run.automationDetails?.id ?? '';
  const category = id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : '';
  const { driver } = run.tool;
  const tool = driver?.name?.trim();
  return {
    tool: tool === undefined || tool === '' ? 'unknown' : tool,
    toolVersion: driver?.semanticVersion ?? driver?.version ?? null,
    category: category === '' ? null : category,
  };
}

function outcomeOf(run: RunHeader): RunOutcome {
  const failed = run.invocations.find((one) => one.executionSuccessful === false);
  const startedAt = run.invocations.find((one) => one.startTimeUtc !== undefined)?.startTimeUtc;
  if (failed !== undefined) {
    return { outcome: 'failed', because: failed.exitCodeDescription ?? 'The report says that the scan did not succeed.', startedAt };
  }
  if (!run.hasResults) {
    return { outcome: 'failed', because: 'The run has no results at all: the tool did not begin its analysis.', startedAt };
  }
  return { outcome: 'succeeded', partial: errorsOf(run).length > 0, startedAt };
}

function* complaintsOf(run: RunHeader): Iterable<ReportEvent> {
  for (const words of errorsOf(run).slice(0, 20)) {
    const complaint: Complaint = { message: `The tool reported an error: ${words}` };
    yield { kind: 'complaint', complaint };
  }
}

function errorsOf(run: RunHeader): readonly string[] {
  return run.invocations
    .flatMap((one) => [...(one.toolExecutionNotifications ?? []), ...(one.toolConfigurationNotifications ?? [])])
    .filter((note) => note.level === 'error')
    .map((note) => note.message?.text ?? 'no message');
}
