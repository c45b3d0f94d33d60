import { useQuery } from '@tanstack/react-query';
import type { Me } from '../../../src/contracts/api/people.ts';
import { api } from '../api.ts';

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => api<Me>('GET', '/me') });
}

/** Whether the person may change how the installation is set up. */
export function useIsAdministrator(): boolean {
  return useMe().data?.role === 'administrator';
}
