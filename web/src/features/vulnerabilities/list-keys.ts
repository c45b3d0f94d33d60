import { useEffect, useRef } from 'react';
import { hasDialog, isTyping } from '../../shell/keys.ts';

interface Acts {
  readonly count: number;
  readonly move: (row: number) => void;
  readonly select: (row: number, range: boolean) => void;
  readonly open: (row: number) => void;
}

/** `j` and `k` move through the rows, `x` selects, `Enter` opens. */
export function useListKeys(current: number, acts: Acts): void {
  const state = useRef({ current, acts });
  state.current = { current, acts };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { current: row, acts: act } = state.current;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || hasDialog()) {
        return;
      }
      const key = event.key.toLowerCase();
      if (key === 'j') {
        act.move(Math.min(row + 1, act.count - 1));
      } else if (key === 'k') {
        act.move(Math.max(row - 1, 0));
      } else if (key === 'x' && row >= 0) {
        act.select(row, event.shiftKey);
      } else if (event.key === 'Enter' && row >= 0 && event.target === document.body) {
        act.open(row);
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
