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
import { elementOf, listOf, loose, textOf } from '../kit/loose.ts';
import { pointer, splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import { findingOf } from './finding.ts';
import { readHeaders } from './headers.ts';
import { messageText } from './message.ts';
import type { RunFacts } from './headers.ts';
import { runIndexOf } from './wire.ts';

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

/** Two readings: rules, bases, category and invocations may stand after the results that need them. */
async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const runs = await readHeaders(source, options.limits);
  let current = -1;
  for await (const piece of splitJson(source, {
    wanted: ['runs/*/results/*'],
    lists: ['runs'],
    limits: options.limits,
  })) {
    const index = runIndexOf(piece.steps);
    const facts = runs[index];
    if (facts === undefined || (piece.kind !== 'value' && piece.pattern !== 'runs/*')) {
      continue;
    }
    if (index !== current) {
      current = index;
      yield { kind: 'run', run: runOf(facts) };
    }
    if (piece.kind === 'end') {
      yield* endOf(facts);
    } else if (piece.kind === 'value' && piece.pattern === 'runs/*/results/*') {
      const finding = findingAt(elementOf(piece), facts, {
        where: pointer(piece.steps),
        digestKey: options.digestKey,
      });
      if (finding !== null) {
        yield { kind: 'finding', finding };
      }
    }
  }
}

function findingAt(result: Loose, { header }: RunFacts, at: { where: string; digestKey: Uint8Array }) {
  try {
    return findingOf(result, header, at.digestKey);
  } catch {
    throw new ReportError('A result of the SARIF report is not as the format says.', { where: at.where });
  }
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
  if (!results) {
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
