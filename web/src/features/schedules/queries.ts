import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { command, Run, Schedule } from '../../../../src/contracts/api/schedules.ts';
import { api } from '../../api.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Those of an asset, or all. */
export function useSchedules(assetId: string | null) {
  const list = useInfiniteQuery({
    queryKey: ['schedules', assetId],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page<Schedule>>('GET', `/schedules?limit=100${assetId === null ? '' : `&assetId=${assetId}`}${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    getNextPageParam: (page) => page.nextCursor,
  });
  return { ...list, data: list.data === undefined ? undefined : { items: list.data.pages.flatMap((page) => page.items) } };
}

export function useSchedule(id: string) {
  return useQuery({ queryKey: ['schedule', id], queryFn: () => api<Schedule>('GET', `/schedules/${id}`) });
}

export function useRuns(id: string) {
  const list = useInfiniteQuery({
    queryKey: ['runs', id],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page<Run>>('GET', `/schedules/${id}/runs?limit=50${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    getNextPageParam: (page) => page.nextCursor,
  });
  return { ...list, data: list.data === undefined ? undefined : { items: list.data.pages.flatMap((page) => page.items) } };
}

export function useCommands(wanted: boolean) {
  return useQuery({ queryKey: ['schedule-commands'], enabled: wanted, queryFn: () => api<{ items: readonly z.infer<typeof command>[] }>('GET', '/schedule-commands') });
}
