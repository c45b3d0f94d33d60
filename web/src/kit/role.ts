import { useQuery } from '@tanstack/react-query';
import type { Me } from '../../../src/contracts/api/people.ts';
import { api } from '../api.ts';

const ranks = ['viewer', 'developer', 'analyst', 'administrator'] as const;
export type Role = (typeof ranks)[number];

/** Whether the person at the screen has this role or a higher one. The server decides; this only spares them a refusal. */
export function useMay(role: Role): boolean {
  const me = useQuery({ queryKey: ['me'], queryFn: () => api<Me>('GET', '/me') });
  return me.data !== undefined && ranks.indexOf(me.data.role) >= ranks.indexOf(role);
}
