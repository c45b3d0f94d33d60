import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** What the server names → the queries that show it. */
const concerned: Readonly<Record<string, readonly string[]>> = {
  vulnerabilities: ['vulnerabilities', 'vulnerability', 'counts', 'summary', 'asset', 'assets'],
  timeline: ['vulnerability'],
  links: ['vulnerabilities', 'vulnerability', 'summary'],
  deliveries: ['deliveries', 'delivery', 'summary', 'connections'],
  holds: ['holds', 'summary', 'connections'],
  scans: ['scans', 'scan', 'asset', 'scopes', 'schedules', 'runs'],
  connections: ['connections', 'summary', 'trackers'],
  configurations: ['connections', 'configurations', 'drafts'],
  jobs: ['jobs'],
  schedules: ['schedules', 'schedule', 'runs', 'summary'],
  assets: ['assets', 'asset'],
};

/** Keeps every list fresh while it is looked at: the server names what changed, and the queries ask again. */
export function useLiveUpdates(): boolean {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    const source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => setLive(true));
    source.addEventListener('error', () => setLive(false));
    source.addEventListener('changed', (event: MessageEvent<string>) => {
      const names = new Set(event.data.split(' ').flatMap((name) => concerned[name] ?? []));
      void queries.invalidateQueries({ predicate: ({ queryKey }) => names.has(String(queryKey[0])) });
    });
    return () => source.close();
  }, [queries]);
  return live;
}
