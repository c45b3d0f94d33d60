import { useMemo, useRef, useState } from 'react';

/** Which rows are selected; with shift, all between the last one and this one. Stays the same object until that changes. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly toggle: (id: string, range: boolean) => void;
  readonly replace: (ids: readonly string[]) => void;
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
  const now = useRef({ shown, of, ids });
  now.current = { shown, of, ids };
  const acts = useMemo(
    () => ({
      toggle(id: string, range: boolean) {
        const { shown: rows, ids: before, of: list } = now.current;
        const from = last.current === null ? -1 : rows.indexOf(last.current);
        const to = rows.indexOf(id);
        const touched = range && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
        const select = !before.has(id);
        last.current = id;
        const next = new Set(before);
        for (const one of touched) {
          if (select) {
            next.add(one);
          } else {
            next.delete(one);
          }
        }
        setKept({ of: list, ids: next });
      },
      replace: (next: readonly string[]) => setKept({ of: now.current.of, ids: new Set(next) }),
    }),
    [],
  );
  return useMemo(() => ({ ids, ...acts }), [ids, acts]);
}
