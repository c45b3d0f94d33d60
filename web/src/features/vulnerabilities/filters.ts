/** The list's filters as they stand in the address. */
export interface Filters {
  readonly status?: readonly string[];
  readonly severity?: readonly string[];
  readonly q?: string;
  readonly assetId?: string;
  readonly tool?: string;
  readonly due?: string;
  readonly cardState?: readonly string[];
  readonly scanId?: string;
  readonly scanResult?: string;
  readonly sort?: string;
}

export const openStatuses = ['identified', 'in_progress', 'awaiting_validation'] as const;
const single = ['q', 'assetId', 'tool', 'due', 'scanId', 'scanResult'] as const;

export function readFilters(search: Record<string, unknown>): Filters {
  const several = (value: unknown) => (value === undefined || value === '' ? undefined : [value].flat().map(String));
  const one = (value: unknown) => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);
  const given = {
    status: several(search['status']),
    severity: several(search['severity']),
    cardState: several(search['cardState']),
    sort: one(search['sort']),
    ...Object.fromEntries(single.map((name) => [name, one(search[name])])),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What is asked of the API, without page and order. */
export function filterQuery(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const status of filters.status ?? openStatuses) {
    if (status !== 'all') {
      query.append('status', status);
    }
  }
  for (const severity of filters.severity ?? []) {
    query.append('severity', severity);
  }
  for (const state of filters.cardState ?? []) {
    query.append('cardState', state);
  }
  for (const name of single) {
    const value = filters[name];
    if (value !== undefined) {
      query.set(name, value);
    }
  }
  return query;
}

export function pageQuery(filters: Filters, cursor: string | null): string {
  const query = filterQuery(filters);
  query.set('limit', '50');
  query.set('sort', filters.sort ?? 'severity');
  if (cursor !== null) {
    query.set('cursor', cursor);
  }
  return query.toString();
}

/** Whether anything narrows the list beyond how it opens. */
export function isNarrowed(filters: Filters): boolean {
  return Object.entries(filters).some(([name, value]) => name !== 'sort' && value !== undefined);
}
