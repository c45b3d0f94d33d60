import { useRef, useState } from 'react';

/** Which rows are selected; with shift, all between the last one and this one. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  toggle(id: string, range: boolean): void;
  replace(ids: readonly string[]): void;
}

const none: ReadonlySet<string> = new Set();

/** `of` names what is listed: a selection made among other things is over, so that nobody decides on what is not seen. */
export function useSelection(shown: readonly string[], of: string): Selection {
  const [kept, setKept] = useState<{ readonly of: string; readonly ids: ReadonlySet<string> }>({ of, ids: none });
  const last = useRef<string | null>(null);
  if (kept.of !== of) {
    // While it is drawn, as React wants it: what was selected among the others is gone for good.
    setKept({ of, ids: none });
  }
  const ids = kept.of === of ? kept.ids : none;
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
      setKept({ of, ids: next });
    },
    replace: (next) => setKept({ of, ids: new Set(next) }),
  };
}
