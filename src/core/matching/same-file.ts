import type { Linked } from './align.ts';
import { align } from './align.ts';
import type { Census, Sighted } from './sighting.ts';

/** So many findings next to a change are compared again, although they look unchanged: of equals, the wrong one may. */
const margin = 4;
/** An unchanged end of the file is only believed where it is at least this long. */
const endLeast = 24;

/** As `align`, but what is plainly unchanged at both ends of the file's list is paired at once. */
export function alignFile(olds: readonly Sighted[], news: readonly Sighted[], census: Census): readonly Linked[] {
  let start = 0;
  while (isUnchanged(olds[start], news[start], 0)) {
    start += 1;
  }
  if (start < olds.length || start < news.length) {
    start = Math.max(0, start - margin);
  }
  let end = 0;
  const shift = (news.at(-1)?.features.line ?? 0) - (olds.at(-1)?.features.line ?? 0);
  while (end < Math.min(olds.length, news.length) - start && isUnchanged(olds.at(-1 - end), news.at(-1 - end), shift)) {
    end += 1;
  }
  end = end < endLeast ? 0 : end - margin;
  const inner = align(olds.slice(start, olds.length - end), news.slice(start, news.length - end), census);
  return [
    ...Array.from({ length: start }, (_none, at) => linked(at, at, 0)),
    ...inner.map((one) => ({ ...one, old: one.old + start, fresh: one.fresh + start })),
    ...Array.from({ length: end }, (_none, at) => linked(olds.length - end + at, news.length - end + at, shift)),
  ];
}

function linked(old: number, fresh: number, shift: number): Linked {
  return { old, fresh, shift, score: 0 };
}

function isUnchanged(old: Sighted | undefined, fresh: Sighted | undefined, shift: number): boolean {
  return (
    old !== undefined &&
    fresh !== undefined &&
    old.group === fresh.group &&
    old.text === fresh.text &&
    old.message === fresh.message &&
    old.features.line + shift === fresh.features.line &&
    old.features.column === fresh.features.column &&
    old.features.width === fresh.features.width &&
    isSameList(old.before, fresh.before) &&
    isSameList(old.after, fresh.after)
  );
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((line, at) => line === b[at]);
}
