import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { headOf } from '../kit/open-report.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import type { Loose } from '../kit/loose.ts';
import { elementOf } from '../kit/loose.ts';
import { lacking, splitJson } from '../kit/split-json.ts';
import { splitJsonLines } from '../kit/split-lines.ts';
import { findingOf } from './finding.ts';

/** Nuclei: `nuclei -jsonl` (one result a line) or `-json-export` (a list). */
const nuclei: Format = {
  id: 'nuclei',
  title: 'Nuclei JSON lines or JSON',
  recognise: (head) => {
    const own = /^\s*(?:\[\s*)?\{/u.test(head) && /"template-id"\s*:|"templateID"\s*:/u.test(head);
    return own && /"(?:matched-at|matched|matcher-status|host)"\s*:/u.test(head) ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default nuclei;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  yield { kind: 'run', run: { tool: 'Nuclei', toolVersion: null, category: null } };
  const list = (await headOf(source)).trimStart().startsWith('[');
  let ended = true;
  let results = 0;
  for await (const { result, whole } of list ? fromList(source, options) : fromLines(source, options)) {
    ended = whole;
    results += 1;
    yield { kind: 'finding', finding: findingOf(result) };
  }
  if (results === 0 && !list) {
    // Nuclei leaves an empty file where it found nothing, and so does one that never ran.
    const hint = 'Let Nuclei write a list (-json-export), which is [] where it found nothing.';
    throw new ReportError('The report is empty, which does not tell whether Nuclei ran.', {
      where: 'line 1',
      hint,
    });
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded', ...(ended ? {} : { partial: true }) } };
}

interface Result {
  readonly result: Loose;
  /** False: the file ends before the line does, so that more may be missing. */
  readonly whole: boolean;
}

async function* fromList(source: ReportSource, { limits }: ReadOptions): AsyncIterable<Result> {
  let isList = false;
  for await (const piece of splitJson(source, { wanted: ['*'], limits })) {
    isList ||= piece.kind === 'begin' && piece.pattern === '' && piece.array;
    if (piece.kind === 'value' && piece.pattern === '*') {
      yield { result: elementOf(piece), whole: true };
    }
  }
  if (!isList) {
    throw lacking('');
  }
}

async function* fromLines(source: ReportSource, { limits }: ReadOptions): AsyncIterable<Result> {
  for await (const { number, value, ended } of splitJsonLines(source, limits)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ReportError('A line of the report is not a result.', {
        where: `line ${number}`,
        hint: 'The format is one JSON object a line.',
      });
    }
    yield { result: value as Loose, whole: ended };
  }
}
