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

/** How long what is being asked has until it is asked again. */
const againMs = 1_000;

/** Keeps every list fresh while it is looked at: the server names what changed, and the queries ask again. */
export function useLiveUpdates(): boolean {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    const later = new Set<ReturnType<typeof setTimeout>>();
    const askAgain = (names: ReadonlySet<string>) => {
      const predicate = ({ queryKey }: { readonly queryKey: readonly unknown[] }) => names.has(String(queryKey[0]));
      const busy = queries.isFetching({ predicate }) > 0;
      // Never cut off: the next page that a person asked for would not come.
      void queries.invalidateQueries({ predicate }, { cancelRefetch: false });
      if (busy) {
        const timer = setTimeout(() => {
          later.delete(timer);
          askAgain(names);
        }, againMs);
        later.add(timer);
      }
    };
    const source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => setLive(true));
    source.addEventListener('error', () => setLive(false));
    source.addEventListener('changed', (event: MessageEvent<string>) => askAgain(new Set(event.data.split(' ').flatMap((name) => concerned[name] ?? []))));
    return () => {
      source.close();
      later.forEach(clearTimeout);
    };
  }, [queries]);
  return live;
}
