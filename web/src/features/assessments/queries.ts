import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Assessment } from '../../../../src/contracts/api/assessments.ts';
import { api } from '../../api.ts';

export function useAssessments(assetId: string | null) {
  return useQuery({
    queryKey: ['scans', 'assessments', assetId],
    queryFn: () => api<{ items: readonly Assessment[] }>('GET', `/assets/${assetId}/assessments?limit=20`),
    enabled: assetId !== null,
  });
}

export function useAssessmentAct<Body>(path: string, onDone?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Body) => api<Assessment>('POST', path, body),
    onSuccess: () => {
      onDone?.();
      return queries.invalidateQueries();
    },
  });
}
