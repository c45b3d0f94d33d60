/** Control characters, and those that show nothing, join, or turn the direction of what follows. */
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\u{E0000}-\u{E0FFF}]/gu;
const lineEnds = /\r\n?|[\u0085\u2028\u2029]/gu;
/** Stands between a sign and what it would act on: shows nothing and allows no line break. */
const joiner = '\u2060';

/** Without what trackers act on: mentions, numbers of other cards, ServiceNow's [code], invisible and turning characters. */
export function neutral(text: string): string {
  return visible(text)
    .replace(/(?<![\p{L}\p{N}])@(?=[\p{L}\p{N}_<{[])/gu, `@${joiner}`)
    .replace(/([#!])(?=\d)/gu, `$1${joiner}`)
    .replace(/\[(?=\s*\/?\s*code\s*\])/giu, `[${joiner}`);
}

function visible(text: string): string {
  return text.replace(lineEnds, '\n').replace(invisible, '').toWellFormed();
}

/** Neutral words as HTML text. */
export function escapeHtml(text: string): string {
  return escapeMarkup(neutral(text));
}

/** Only the signs that HTML itself acts on, for values that must stay what they are: addresses, ids. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A web address in its canonical, percent-encoded form; null for every other kind of link. */
export function safeUrl(url: string): string | null {
  const parsed = URL.parse(url.trim());
  return parsed !== null && (parsed.protocol === 'https:' || parsed.protocol === 'http:')
    ? parsed.href
    : null;
}

/** A title on one line, within a limit of UTF-16 units, cut on a grapheme boundary and visibly. */
export function cutTitle(title: string, max: number): string {
  const line = visible(title).replace(/\s+/gu, ' ').trim();
  return line.length <= max ? line : `${cutGraphemes(line, max - 1).trimEnd()}…`;
}

/** Made when it is first needed: its tables are large. */
let segmenter: Intl.Segmenter | undefined;

/** The beginning of a text, at most `max` UTF-16 units long, that ends between two characters as people see them. */
export function cutGraphemes(text: string, max: number): string {
  if (text.length <= max) {
    return text;
  }
  if (max <= 0) {
    return '';
  }
  // The character at the limit says where it begins; nothing before it needs to be looked at.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const around = segmenter.segment(text.slice(0, max + graphemeMax)).containing(max);
  return text.slice(0, around?.index ?? max);
}

/** Longer clusters exist only to annoy; they are cut inside. */
const graphemeMax = 200;
