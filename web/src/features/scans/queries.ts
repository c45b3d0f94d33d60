import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Scan } from '../../../../src/contracts/api/scans.ts';
import { api } from '../../api.ts';

const goesOn = new Set(['queued', 'processing', 'running']);
const watchMs = 1_000;

export function useScan(id: string) {
  return useQuery({
    queryKey: ['scan', id],
    queryFn: () => api<Scan>('GET', `/scans/${id}`),
    refetchInterval: (query) => (query.state.data !== undefined && goesOn.has(query.state.data.status) ? watchMs : false),
  });
}

interface Page {
  readonly items: readonly Scan[];
  readonly nextCursor: string | null;
}

export function useScans(assetId: string | null) {
  const list = useInfiniteQuery({
    queryKey: ['scans', assetId],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page>('GET', `/scans?limit=50${assetId === null ? '' : `&assetId=${assetId}`}${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    getNextPageParam: (page) => page.nextCursor,
  });
  return { ...list, data: list.data === undefined ? undefined : { items: list.data.pages.flatMap((page) => page.items) } };
}
