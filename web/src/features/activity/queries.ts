import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { OrphanCard } from '../../../../src/contracts/api/orphans.ts';
import type { Delivery, DeliveryCounts, deliveryDetail, Hold } from '../../../../src/contracts/api/sync.ts';
import { api } from '../../api.ts';
import type { ActivitySearch } from '../../shell/router.tsx';

export type DeliveryDetail = z.infer<typeof deliveryDetail>;

interface Page {
  readonly items: readonly Delivery[];
  readonly nextCursor: string | null;
}

/** What narrows the deliveries, as the API takes it; the tab among it, or not. */
export function deliveryFilter({ group, outcome, direction, connectionId, vulnerabilityId, errorClass, q }: ActivitySearch): Readonly<Record<string, string>> {
  const given = { group: group === 'all' ? undefined : group, outcome, direction, connectionId, vulnerabilityId, errorClass, q };
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

export function useDeliveries(search: ActivitySearch) {
  const query = new URLSearchParams(deliveryFilter(search)).toString();
  return useInfiniteQuery({
    queryKey: ['deliveries', query],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page>('GET', `/deliveries?limit=50&${query}${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** How many each tab holds, of what the other filters leave. */
export function useDeliveryCounts(search: ActivitySearch) {
  const { group: _group, ...filter } = deliveryFilter(search);
  const query = new URLSearchParams(filter).toString();
  return useQuery({ queryKey: ['deliveries', 'counts', query], queryFn: () => api<DeliveryCounts>('GET', `/deliveries/counts?${query}`), placeholderData: keepPreviousData });
}

export function useDelivery(id: string) {
  return useQuery({ queryKey: ['delivery', id], queryFn: () => api<DeliveryDetail>('GET', `/deliveries/${id}`) });
}

export function useHolds(state = 'open') {
  return useQuery({ queryKey: ['holds', state], queryFn: () => api<{ items: readonly Hold[] }>('GET', `/holds?state=${state}&limit=200`) });
}

/** Cards of ours that no link holds. */
export function useOrphans() {
  return useQuery({ queryKey: ['deliveries', 'orphans'], queryFn: () => api<{ items: readonly OrphanCard[] }>('GET', '/orphan-cards?limit=200') });
}

/** Any act of this room; everything that is shown is asked for again afterwards. */
export function useAct<Answer = unknown>() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: { readonly path: string; readonly body?: unknown }) => api<Answer>('POST', path, body),
    onSuccess: () => queries.invalidateQueries(),
  });
}
