/** The list's filters as they stand in the address. */
export interface Filters {
  readonly status?: readonly string[];
  readonly severity?: readonly string[];
  readonly q?: string;
  readonly assetId?: string;
  readonly tool?: string;
  readonly sort?: string;
}

export const openStatuses = ['identified', 'in_progress', 'awaiting_validation'] as const;

export function readFilters(search: Record<string, unknown>): Filters {
  const several = (value: unknown) => (value === undefined || value === '' ? undefined : [value].flat().map(String));
  const one = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return {
    status: several(search['status']),
    severity: several(search['severity']),
    q: one(search['q']) ?? (typeof search['q'] === 'number' ? String(search['q']) : undefined),
    assetId: one(search['assetId']),
    tool: one(search['tool']),
    sort: one(search['sort']),
  };
}

/** As the API takes them. */
export function toQuery(filters: Filters, cursor: string | null): string {
  const query = new URLSearchParams({ limit: '50', count: 'true', sort: filters.sort ?? 'severity' });
  for (const status of filters.status ?? openStatuses) {
    if (status !== 'all') {
      query.append('status', status);
    }
  }
  for (const severity of filters.severity ?? []) {
    query.append('severity', severity);
  }
  for (const name of ['q', 'assetId', 'tool'] as const) {
    const value = filters[name];
    if (value !== undefined) {
      query.set(name, value);
    }
  }
  if (cursor !== null) {
    query.set('cursor', cursor);
  }
  return query.toString();
}
