import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { Delivery, deliveryDetail, Hold } from '../../../../src/contracts/api/sync.ts';
import { api } from '../../api.ts';
import type { ActivitySearch } from '../../shell/router.tsx';

export type DeliveryDetail = z.infer<typeof deliveryDetail>;

interface Page {
  readonly items: readonly Delivery[];
  readonly nextCursor: string | null;
}

/** As the API takes them. */
export function deliveryQuery(search: ActivitySearch): URLSearchParams {
  const { outcome, direction, connectionId, vulnerabilityId } = search;
  return new URLSearchParams(Object.entries({ outcome, direction, connectionId, vulnerabilityId }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

export function useDeliveries(search: ActivitySearch) {
  const query = deliveryQuery(search).toString();
  return useInfiniteQuery({
    queryKey: ['deliveries', query],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page>('GET', `/deliveries?limit=50&${query}${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useDelivery(id: string) {
  return useQuery({ queryKey: ['delivery', id], queryFn: () => api<DeliveryDetail>('GET', `/deliveries/${id}`) });
}

export function useHolds(state = 'open') {
  return useQuery({ queryKey: ['holds', state], queryFn: () => api<{ items: readonly Hold[] }>('GET', `/holds?state=${state}&limit=200`) });
}

/** Any act of this room; everything that is shown is asked for again afterwards. */
export function useAct<Answer = unknown>() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: { readonly path: string; readonly body?: unknown }) => api<Answer>('POST', path, body),
    onSuccess: () => queries.invalidateQueries(),
  });
}

/** More at once than this a person does not oversee. */
const retryMax = 1_000;

/** Everything that matches, one after the other; answers how many the server took. */
export async function retryAll(search: ActivitySearch): Promise<number> {
  const query = deliveryQuery(search).toString();
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await api<Page>('GET', `/deliveries?limit=200&${query}${cursor === null ? '' : `&cursor=${cursor}`}`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null && ids.length < retryMax);
  let taken = 0;
  for (const id of ids.slice(0, retryMax)) {
    taken += await api('POST', `/deliveries/${id}/retry`).then(
      () => 1,
      // It settled in the meantime, or belongs to no link: the others are still tried.
      () => 0,
    );
  }
  return taken;
}
