import type {
  Complaint,
  Format,
  ReadOptions,
  ReportEvent,
  ReportSource,
  Run,
  RunOutcome,
} from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import type { Loose } from '../kit/loose.ts';
import { listOf, loose, textOf } from '../kit/loose.ts';
import { readSpans } from '../kit/read-spans.ts';
import { pointer } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import { findingOf } from './finding.ts';
import { readHeaders } from './headers.ts';
import { messageText } from './message.ts';
import type { RunFacts } from './headers.ts';
import { RunView } from './run-view.ts';

const errorsToldMax = 20;

/** Static Analysis Results Interchange Format 2.1.0. */
const sarif: Format = {
  id: 'sarif',
  title: 'SARIF 2.1.0',
  recognise: (head) => {
    const text = head.trimStart();
    if (!text.startsWith('{')) {
      return 0;
    }
    if (/^\{[^{[]{0,2000}"\$schema"\s*:\s*"[^"]{0,500}sarif[^"]{0,200}"/iu.test(text)) {
      return 2;
    }
    const runs = /"runs"\s*:\s*\[/u.test(text);
    return runs && (/"version"\s*:\s*"2\.\d/u.test(text) || /"driver"\s*:\s*\{/u.test(text)) ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default sarif;

type Events = readonly ReportEvent[];

/** Two readings: rules, bases, category and invocations may stand after the results that need them. */
async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<Events> {
  const runs = await readHeaders(source, options.limits);
  const lists = runs.flatMap(({ results }, run) =>
    results === null ? [] : [{ run, spans: results, steps: ['runs', run, 'results'] }],
  );
  let current = 0;
  let view = new RunView((runs[0] as RunFacts).header);
  yield [{ kind: 'run', run: runOf(runs[0] as RunFacts) }];
  for await (const { list, first, values } of readSpans(source, lists)) {
    const { run, steps } = lists[list] as (typeof lists)[number];
    for (; current < run; current += 1) {
      yield [...endOf(runs[current] as RunFacts), { kind: 'run', run: runOf(runs[current + 1] as RunFacts) }];
      view = new RunView((runs[current + 1] as RunFacts).header);
    }
    yield eventsOf(values, view, {
      digestKey: options.digestKey,
      where: (index) => pointer([...steps, first + index]),
    });
  }
  for (; current < runs.length - 1; current += 1) {
    yield [...endOf(runs[current] as RunFacts), { kind: 'run', run: runOf(runs[current + 1] as RunFacts) }];
  }
  yield [...endOf(runs[current] as RunFacts)];
}

function eventsOf(
  values: readonly unknown[],
  view: RunView,
  at: { digestKey: Uint8Array; where: (index: number) => string },
): Events {
  const events: ReportEvent[] = [];
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ReportError('A result of the SARIF report is not an object.', { where: at.where(index) });
    }
    const finding = findingOf(value as Loose, view, at.digestKey);
    if (finding !== null) {
      events.push({ kind: 'finding', finding });
    }
  }
  return events;
}

/** The category is what stands before the last slash; without a slash the id only names the run (3.17.3). */
function runOf({ header }: RunFacts): Run {
  const id = header.automationId ?? '';
  const category = id.slice(0, Math.max(0, id.lastIndexOf('/')));
  const name = header.driver.name ?? 'unknown';
  // Some tools write their version into their name: `Tool 1.2.3`.
  const versioned = /^(.*\S)\s+v?(\d+(?:\.\d+)+\S*)$/u.exec(name);
  return {
    tool: (versioned?.[1] ?? name).slice(0, 200),
    toolVersion: header.driver.version ?? versioned?.[2] ?? null,
    category: category === '' ? null : category.slice(0, 500),
  };
}

function* endOf(facts: RunFacts): Iterable<ReportEvent> {
  const errors = errorsOf(facts);
  for (const words of errors.slice(0, errorsToldMax)) {
    const complaint: Complaint = { message: `The tool reported an error: ${words}` };
    yield { kind: 'complaint', complaint };
  }
  yield { kind: 'end', outcome: outcomeOf(facts, errors.length > 0) };
}

function outcomeOf({ header, results }: RunFacts, erred: boolean): RunOutcome {
  const failed = header.invocations.find((one) => one['executionSuccessful'] === false);
  const startedAt = header.invocations
    .map((one) => timeOf(one['startTimeUtc']))
    .find((time) => time !== undefined);
  const when = startedAt === undefined ? {} : { startedAt };
  if (failed !== undefined) {
    const because =
      textOf(failed['exitCodeDescription'])?.slice(0, 500) ??
      'The report says that the scan did not succeed.';
    return { outcome: 'failed', because, ...when };
  }
  if (results === null) {
    return {
      outcome: 'failed',
      because: 'The run has no results at all: the tool did not begin its analysis.',
      ...when,
    };
  }
  return { outcome: 'succeeded', ...(erred ? { partial: true } : {}), ...when };
}

function errorsOf({ header }: RunFacts): readonly string[] {
  const notes = header.invocations.flatMap((one) => [
    ...listOf(one['toolExecutionNotifications']),
    ...listOf(one['toolConfigurationNotifications']),
  ]);
  return notes
    .map(loose)
    .filter((note) => note['level'] === 'error')
    .map((note) => messageText(note['message']).slice(0, 300) || 'no message');
}
