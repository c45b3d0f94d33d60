import type { ReactNode } from 'react';
import type { Role } from './role.ts';
import { useMay } from './role.ts';

/** What people of this role and higher ones can do: others do not see what the server would refuse them. */
export function Only({ role, children }: { readonly role: Role; readonly children: ReactNode }) {
  return useMay(role) ? children : null;
}
