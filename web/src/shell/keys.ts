import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { places } from './places.ts';

/** Whether a person is typing: then a letter is a letter. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

/** A dialog in front has the keys for itself. */
export function hasDialog(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}

const chordMs = 1_200;

/** `/` searches, `?` shows the sheet, `g` and a letter leads to a place. The browser's own shortcuts stay the browser's. */
export function useShellKeys(showSheet: () => void): void {
  const navigate = useNavigate();
  const chordAt = useRef(0);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || hasDialog()) {
        return;
      }
      if (Date.now() - chordAt.current < chordMs) {
        chordAt.current = 0;
        const place = places.find(({ key }) => key === event.key);
        if (place !== undefined) {
          event.preventDefault();
          event.stopImmediatePropagation();
          void navigate({ to: place.to });
          return;
        }
      }
      if (event.key === 'g') {
        chordAt.current = Date.now();
      } else if (event.key === '?') {
        event.preventDefault();
        showSheet();
      } else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('main input[type="search"]');
        if (search !== null) {
          event.preventDefault();
          search.focus();
        }
      }
    };
    document.addEventListener('keydown', listen, { capture: true });
    return () => document.removeEventListener('keydown', listen, { capture: true });
  }, [navigate, showSheet]);
}
