import type { Answered, Instance } from './sandbox-instance.ts';
import type { SandboxRecord } from './sandbox-records.ts';

export const people: readonly { readonly sysId: string; readonly name: string; readonly userName: string }[] =
  [
    {
      sysId: '11111111111111111111111111111111',
      name: 'Patchboard Integration',
      userName: 'patchboard.integration',
    },
    { sysId: '22222222222222222222222222222222', name: 'Beth Anglin', userName: 'beth.anglin' },
    { sysId: '33333333333333333333333333333333', name: 'Fred Luddy', userName: 'fred.luddy' },
  ];
export const groups = [{ sysId: '44444444444444444444444444444444', name: 'Application Security' }] as const;

/** A page of rows: `X-Total-Count`, `Link` with absolute addresses of the instance's own host, no `next` on the last page. */
export function shownList<Row>(url: URL, fit: readonly Row[], show: (row: Row) => unknown): Answered {
  const limit = Number(url.searchParams.get('sysparm_limit') ?? 10_000);
  const offset = Number(url.searchParams.get('sysparm_offset') ?? 0);
  const result = fit
    .slice(offset, offset + limit)
    .map(show)
    .filter((row) => row !== null);
  const link = (rel: string, at: number) => {
    const to = new URL(url);
    to.searchParams.set('sysparm_offset', String(at));
    return `<https://sandbox.service-now.com${to.pathname}${to.search}>;rel="${rel}"`;
  };
  const links = [
    link('first', 0),
    ...(offset > 0 ? [link('prev', Math.max(0, offset - limit))] : []),
    ...(offset + limit < fit.length ? [link('next', offset + limit)] : []),
    link('last', Math.max(0, Math.ceil(fit.length / limit) - 1) * limit),
  ];
  return {
    status: 200,
    body: { result },
    headers: { 'x-total-count': String(fit.length), link: links.join(',') },
  };
}

/** One row as `sysparm_fields`, `sysparm_display_value` and `sysparm_exclude_reference_link` ask for it. */
export function shownRow(
  instance: Instance,
  record: SandboxRecord,
  query: URLSearchParams,
): Record<string, unknown> {
  const names =
    query.get('sysparm_fields')?.split(',') ?? Object.keys(instance.shelf.tableOf(record).columns);
  const mode = query.get('sysparm_display_value') ?? 'false';
  const plain = query.get('sysparm_exclude_reference_link') === 'true';
  return Object.fromEntries(names.flatMap((name) => shownCell(instance, record, { name, mode, plain })));
}

interface Wish {
  readonly name: string;
  readonly mode: string;
  readonly plain: boolean;
}

function shownCell(
  instance: Instance,
  record: SandboxRecord,
  { name, mode, plain }: Wish,
): [string, unknown][] {
  const [field = '', walked] = name.split('.');
  const column = instance.shelf.tableOf(record).columns[field];
  if (column === undefined || instance.hiddenFields.has(field)) {
    return [];
  }
  const value = record.fields[field] ?? '';
  if (walked !== undefined) {
    // Dot-walked columns come under a flat key.
    const found = column.reference === 'sys_user' ? people.find((one) => one.sysId === value) : undefined;
    const text =
      walked === 'name' ? (found?.name ?? '') : walked === 'user_name' ? (found?.userName ?? '') : '';
    return column.reference === undefined
      ? []
      : [[name, mode === 'all' ? { display_value: text, value: text } : text]];
  }
  const display = displayOf(record, field, column);
  const link = `https://sandbox.service-now.com/api/now/table/${column.reference}/${value}`;
  const linked = column.reference !== undefined && value !== '' && !plain;
  switch (mode) {
    case 'all':
      return [
        [
          name,
          linked
            ? { display_value: display, value, link }
            : { display_value: display, value: column.type === 'journal_input' ? '' : value },
        ],
      ];
    case 'true':
      return [[name, linked ? { display_value: display, link } : display]];
    default:
      return [[name, linked ? { link, value } : value]];
  }
}

function displayOf(
  record: SandboxRecord,
  field: string,
  column: { type: string; choices?: readonly { value: string; label: string }[]; reference?: string },
): string {
  const value = record.fields[field] ?? '';
  switch (column.type) {
    case 'choice':
      return column.choices?.find((choice) => choice.value === value)?.label ?? value;
    case 'reference':
      return (
        people.find((one) => one.sysId === value)?.name ??
        groups.find((one) => one.sysId === value)?.name ??
        ''
      );
    case 'glide_date_time':
      return localTime(value);
    case 'journal_input':
      return (field === 'work_notes' ? record.workNotes : record.comments).join('\n\n');
    default:
      return value;
  }
}

/** The user's zone and format: what must never be parsed. */
function localTime(value: string): string {
  if (value === '') {
    return '';
  }
  const local = new Date(Date.parse(`${value.replace(' ', 'T')}Z`) + 2 * 3_600_000).toISOString();
  return `${local.slice(5, 7)}/${local.slice(8, 10)}/${local.slice(0, 4)} ${local.slice(11, 19)}`;
}
