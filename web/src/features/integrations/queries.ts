import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { ConfigurationBody, preview } from '../../../../src/contracts/api/configurations.ts';
import type { Job } from '../../../../src/contracts/api/jobs.ts';
import type { checked, ConnectionBody, remoteStates, targetOptions, TrackerBody } from '../../../../src/contracts/api/connections.ts';
import type { Draft, DraftBody } from '../../../../src/contracts/api/views.ts';
import { api } from '../../api.ts';

export type Checked = z.infer<typeof checked>;
export type RemoteStates = z.infer<typeof remoteStates>;
export type Preview = z.infer<typeof preview>;
interface List<Item> {
  readonly items: readonly Item[];
}

export function useTrackers() {
  return useQuery({ queryKey: ['trackers'], queryFn: () => api<List<TrackerBody>>('GET', '/trackers'), refetchInterval: false, staleTime: Infinity });
}

export function useConnections() {
  return useQuery({ queryKey: ['connections'], queryFn: () => api<List<ConnectionBody>>('GET', '/connections') });
}

export function useConnection(id: string) {
  return useQuery({ queryKey: ['connections', id], queryFn: () => api<ConnectionBody>('GET', `/connections/${id}`) });
}

export function useConfigurations(id: string) {
  return useQuery({ queryKey: ['configurations', id], queryFn: () => api<List<ConfigurationBody>>('GET', `/connections/${id}/configurations`) });
}

export function useDrafts(id: string) {
  return useQuery({ queryKey: ['drafts', id], queryFn: () => api<List<Draft>>('GET', `/connections/${id}/drafts`), retry: false });
}

export function useDraft(id: string) {
  return useQuery({ queryKey: ['drafts', 'one', id], queryFn: () => api<Draft>('GET', `/drafts/${id}`), refetchInterval: false, refetchOnWindowFocus: false });
}

/**
 * Keeps what is chosen on the server, so that nothing is lost by a reload or another browser. Changes that follow each other
 * at once add up, and are sent one after the other.
 */
export function useKeepDraft(id: string) {
  const queries = useQueryClient();
  const key = ['drafts', 'one', id];
  const sending = useMutation({ scope: { id: `draft ${id}` }, mutationFn: (body: DraftBody) => api<Draft>('PUT', `/drafts/${id}`, { body }) });
  const keep = (change: Partial<DraftBody>) => {
    const before = queries.getQueryData<Draft>(key);
    if (before !== undefined) {
      const body = { ...before.body, ...change };
      queries.setQueryData(key, { ...before, body });
      sending.mutate(body);
    }
  };
  return { keep, error: sending.error };
}

/** What the tracker offers for one step, asked of the tracker itself. */
export function useTargetOptions(connectionId: string, step: string, chosen: Readonly<Record<string, string>>, enabled: boolean) {
  const query = new URLSearchParams(chosen).toString();
  return useQuery({
    queryKey: ['target-options', connectionId, step, query],
    queryFn: () => api<z.infer<typeof targetOptions>>('GET', `/connections/${connectionId}/target-options/${step}?${query}`),
    enabled,
    refetchInterval: false,
    staleTime: 60_000,
    retry: false,
  });
}

export function useRemoteStates(connectionId: string, target: Readonly<Record<string, string>> | undefined) {
  return useQuery({
    queryKey: ['remote-states', connectionId, target],
    queryFn: () => api<RemoteStates>('POST', `/connections/${connectionId}/remote-states`, { target }),
    enabled: target !== undefined,
    refetchInterval: false,
    staleTime: 60_000,
    retry: false,
  });
}

export function useJobs(configurationId: string) {
  return useQuery({ queryKey: ['jobs', configurationId], queryFn: () => api<List<Job>>('GET', `/configurations/${configurationId}/jobs`) });
}

/** Leads to the tracker's login page; the tracker leads back to the connection's page. */
export async function beginLogin(connectionId: string): Promise<void> {
  const { authorizationUrl } = await api<{ authorizationUrl: string }>('POST', `/connections/${connectionId}/authorize`);
  location.assign(authorizationUrl);
}

export function configurationWish(body: DraftBody): object {
  const { step: _step, ...wish } = body;
  const { identified, ...others } = body.statusMapping ?? {};
  return { ...wish, statusMapping: { ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null)), identified } };
}
