import { useRef, useState } from 'react';

/** Which rows are selected; with shift, all between the last one and this one. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  toggle(id: string, range: boolean): void;
  replace(ids: readonly string[]): void;
}

export function useSelection(shown: readonly string[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);
  return {
    ids,
    toggle(id, range) {
      const from = last.current === null ? -1 : shown.indexOf(last.current);
      const to = shown.indexOf(id);
      const touched = range && from >= 0 ? shown.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
      const select = !ids.has(id);
      last.current = id;
      const next = new Set(ids);
      for (const one of touched) {
        if (select) {
          next.add(one);
        } else {
          next.delete(one);
        }
      }
      setIds(next);
    },
    replace: (next) => setIds(new Set(next)),
  };
}
