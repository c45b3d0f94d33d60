import { ReportError } from '../../contracts/format.ts';

/** Column names without case, spaces and marks → the field; the second of a pair is how other tools write it. */
const fields = new Map<string, string>([
  ...[
    'id',
    'rule',
    'title',
    'severity',
    'kind',
    'description',
    'cwe',
    'cve',
    'advisories',
    'path',
    'url',
  ].map((name): [string, string] => [name, name]),
  ...['method', 'parameter', 'host', 'port', 'protocol', 'package', 'version', 'ecosystem', 'purl'].map(
    (name): [string, string] => [name, name],
  ),
  ...['snippet', 'symbol', 'impact', 'remediation', 'references', 'suppressed'].map(
    (name): [string, string] => [name, name],
  ),
  ['line', 'startLine'],
  ['startline', 'startLine'],
  ['endline', 'endLine'],
  ['column', 'startColumn'],
  ['startcolumn', 'startColumn'],
  ['endcolumn', 'endColumn'],
  ['fixedversion', 'fixedVersion'],
  ['cweid', 'cwe'],
  ['file', 'path'],
  ['filepath', 'path'],
  ['componentname', 'package'],
  ['componentversion', 'version'],
  ['mitigation', 'remediation'],
  ['falsepositive', 'suppressed'],
  ['duplicate', 'duplicate'],
  ['vulnidfromtool', 'rule'],
  ['uniqueidfromtool', 'id'],
  ['vulnerabilityids', 'advisories'],
]);
/** Columns of other tools that say nothing which is of use here. */
const passedOver = new Set(['date', 'active', 'verified', 'numericalseverity']);

/** The field of each column; null: it is not read. */
export function columnNames(cells: readonly string[]): {
  fields: readonly (string | null)[];
  unknown: readonly string[];
} {
  const plain = cells.map((cell) => cell.replace(/[^a-z0-9]/giu, '').toLowerCase());
  const found = plain.map((name) => fields.get(name) ?? null);
  for (const name of ['title', 'severity']) {
    if (!found.includes(name)) {
      const hint = `The first line names the columns: ${[...new Set(fields.values())].join(', ')}.`;
      throw new ReportError(`There is no column “${name}”.`, { where: 'line 1', hint });
    }
  }
  const unknown = cells.filter(
    (_cell, index) => found[index] === null && !passedOver.has(plain[index] ?? ''),
  );
  return { fields: found, unknown: unknown.map((name) => name.slice(0, 100)) };
}
