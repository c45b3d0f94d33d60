import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ListedVulnerability, TimelineEntry, Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import type { Filters } from './filters.ts';
import { toQuery } from './filters.ts';

interface Page {
  readonly items: readonly ListedVulnerability[];
  readonly nextCursor: string | null;
  readonly total?: number;
}

export function useVulnerabilities(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ['vulnerabilities', filters],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page>('GET', `/vulnerabilities?${toQuery(filters, pageParam)}`),
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useVulnerability(id: string) {
  return useQuery({ queryKey: ['vulnerability', id], queryFn: () => api<Vulnerability>('GET', `/vulnerabilities/${id}`) });
}

export function useTimeline(id: string) {
  return useQuery({
    queryKey: ['vulnerability', id, 'timeline'],
    queryFn: () => api<{ items: readonly TimelineEntry[] }>('GET', `/vulnerabilities/${id}/timeline?limit=100`),
  });
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
    mutationFn: ({ linkId, act }: { readonly linkId: string; readonly act: 'sync' | 'detach' | 'recreate' }) => api('POST', `/links/${linkId}/${act}`),
    onSuccess: () => queries.invalidateQueries(),
  });
}
