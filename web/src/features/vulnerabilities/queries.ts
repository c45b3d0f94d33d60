import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { BulkResult, Counts, ListedVulnerability, Occurrence, TimelineEntry, Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import type { SavedView } from '../../../../src/contracts/api/views.ts';
import { api } from '../../api.ts';
import type { Filters } from './filters.ts';
import { filterQuery, pageQuery } from './filters.ts';

interface Page {
  readonly items: readonly ListedVulnerability[];
  readonly nextCursor: string | null;
}

export function useVulnerabilities(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ['vulnerabilities', filters],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page>('GET', `/vulnerabilities?${pageQuery(filters, pageParam)}`),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export function useCounts(filters: Filters) {
  const { status: _status, sort: _sort, ...rest } = filters;
  const query = filterQuery({ ...rest, status: ['all'] }).toString();
  return useQuery({ queryKey: ['counts', query], queryFn: () => api<Counts>('GET', `/vulnerabilities/counts?${query}`), placeholderData: keepPreviousData });
}

export function useVulnerability(id: string) {
  return useQuery({ queryKey: ['vulnerability', id], queryFn: () => api<Vulnerability>('GET', `/vulnerabilities/${id}`) });
}

export function useTimeline(id: string) {
  return useInfiniteQuery({
    queryKey: ['vulnerability', id, 'timeline'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<{ items: readonly TimelineEntry[]; nextCursor: string | null }>('GET', `/vulnerabilities/${id}/timeline?limit=50${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useOccurrences(id: string) {
  return useQuery({ queryKey: ['vulnerability', id, 'occurrences'], queryFn: () => api<{ items: readonly Occurrence[] }>('GET', `/vulnerabilities/${id}/occurrences`) });
}

export interface Decision {
  readonly status: string;
  readonly reason?: string;
  readonly expiresAt?: string;
}

export function useDecide(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) => api<Vulnerability>('POST', `/vulnerabilities/${id}/status`, decision),
    onSuccess: () => queries.invalidateQueries(),
  });
}

export function useLinkAct() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ linkId, act, body }: { readonly linkId: string; readonly act: 'sync' | 'detach' | 'recreate' | 'attach'; readonly body?: object }) => api('POST', `/links/${linkId}/${act}`, body),
    onSuccess: () => queries.invalidateQueries(),
  });
}

export function useComment(id: string) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: (text: string) => api('POST', `/vulnerabilities/${id}/comments`, { text }), onSuccess: () => queries.invalidateQueries({ queryKey: ['vulnerability', id] }) });
}

export function useViews() {
  return useQuery({ queryKey: ['views'], queryFn: () => api<{ items: readonly SavedView[] }>('GET', '/views'), refetchInterval: false });
}

export type Outcome = BulkResult['items'][number];
const bulkSize = 50;

/** Many, some at a time, so that one sees how far it is and can stop. */
export async function decideMany(ids: readonly string[], decision: Decision, tell: (outcomes: readonly Outcome[]) => boolean): Promise<void> {
  let outcomes: readonly Outcome[] = [];
  for (let at = 0; at < ids.length; at += bulkSize) {
    const { items } = await api<BulkResult>('POST', '/vulnerabilities/status', { ids: ids.slice(at, at + bulkSize), ...decision });
    outcomes = [...outcomes, ...items];
    if (!tell(outcomes)) {
      return;
    }
  }
}

export function matchingIds(filters: Filters): Promise<{ readonly ids: readonly string[]; readonly more: boolean }> {
  return api('GET', `/vulnerabilities/ids?${filterQuery(filters).toString()}`);
}
