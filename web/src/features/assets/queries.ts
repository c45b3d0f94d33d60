import { useQuery } from '@tanstack/react-query';
import type { Asset } from '../../../../src/contracts/api/assets.ts';
import { api } from '../../api.ts';

export function useAssets(q = '') {
  return useQuery({ queryKey: ['assets', q], queryFn: () => api<{ items: readonly Asset[] }>('GET', `/assets?limit=200${q === '' ? '' : `&q=${encodeURIComponent(q)}`}`) });
}

export function useAsset(id: string) {
  return useQuery({ queryKey: ['asset', id], queryFn: () => api<Asset>('GET', `/assets/${id}`) });
}
