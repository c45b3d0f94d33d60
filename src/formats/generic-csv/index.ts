import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { genericFindingOf } from '../kit/generic-finding.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import type { Loose } from '../kit/loose.ts';
import type { Row } from '../kit/read-csv.ts';
import { readCsv } from '../kit/read-csv.ts';
import { columnNames } from './columns.ts';

/** A table of findings that people write themselves: a first line of column names, then one finding a row. */
const genericCsv: Format = {
  id: 'generic-csv',
  title: 'Generic CSV',
  recognise: (head) => {
    const [first = ''] = head
      .trimStart()
      .slice(0, 4_000)
      .split(/\r?\n|\r/u);
    const names = first.split(/[,;\t]/u).map((name) => name.replace(/[^a-z]/giu, '').toLowerCase());
    return names.includes('title') && names.includes('severity') ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default genericCsv;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  let columns: readonly (string | null)[] | null = null;
  let ended = true;
  yield { kind: 'run', run: { tool: 'Generic', toolVersion: null, category: null } };
  for await (const row of readCsv(source, options.limits)) {
    if (columns === null) {
      const { fields, unknown } = columnNames(row.cells);
      columns = fields;
      for (const name of unknown.slice(0, 20)) {
        yield {
          kind: 'complaint',
          complaint: {
            message: `The column “${name}” is not known and not read.`,
            where: `line ${row.line}`,
          },
        };
      }
    } else {
      yield { kind: 'finding', finding: genericFindingOf(entryOf(row, columns), `line ${row.line}`) };
    }
    ended = row.ended;
  }
  if (columns === null) {
    throw new ReportError('The report is empty.', {
      where: 'line 1',
      hint: 'The first line names the columns, at least title and severity.',
    });
  }
  if (!ended) {
    // Whether more was to come cannot be told.
    const message =
      'The last line has no line break: it may have been cut off, so that nothing is closed by this report.';
    yield { kind: 'complaint', complaint: { message } };
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded', ...(ended ? {} : { partial: true }) } };
}

function entryOf(row: Row, columns: readonly (string | null)[]): Loose {
  if (row.cells.length !== columns.length) {
    const hint =
      'Each row has a cell for each column; a cell with a separator or line break stands in quotes.';
    throw new ReportError(`A row has ${row.cells.length} cells where there are ${columns.length} columns.`, {
      where: `line ${row.line}`,
      hint,
    });
  }
  const entry: Record<string, unknown> = {};
  for (const [index, name] of columns.entries()) {
    const cell = row.cells[index]?.trim() ?? '';
    if (name !== null && cell !== '') {
      entry[name] = isList.has(name) ? cell.split(/[\s,;|]+/u) : cell;
    }
  }
  return entry;
}

const isList: ReadonlySet<string> = new Set(['cwe', 'cve', 'advisories', 'references']);
