import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Leads to another screen, once. (The router's own component leads there again at each drawing.) */
export function Go({ to }: { readonly to: '/sign-in' | '/setup' | '/overview' }) {
  const navigate = useNavigate();
  useEffect(() => {
    void navigate({ to, replace: true });
  }, [navigate, to]);
  return null;
}
