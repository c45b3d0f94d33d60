const titleMax = 500;

/** One line of at most 500 characters. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * titleMax)
    .replace(/\s+/gu, ' ')
    .trim();
  return line.length > titleMax ? `${line.slice(0, titleMax - 1).toWellFormed()}…` : line;
}

/** The first text of several that says something, as one line. */
export function titleOf(...texts: readonly (string | undefined)[]): string {
  return oneLine(texts.find((text) => text !== undefined && text.trim() !== '') ?? 'Unnamed finding');
}

/** The first sentence of a longer text. */
export function firstSentence(text: string | undefined): string | undefined {
  const [first] = (text ?? '')
    .trim()
    .slice(0, 2_000)
    .split(/(?<=[.!?])\s|\n/u);
  return first === undefined || first.trim() === '' ? undefined : first;
}

/** Paragraphs that say something, each once. */
export function paragraphs(...texts: readonly (string | undefined)[]): string {
  const said = texts.flatMap((text) => (text === undefined || text.trim() === '' ? [] : [text.trim()]));
  return [...new Set(said)].join('\n\n');
}

const entities = new Map<string, string>([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/** HTML as plain text: blocks become lines, list entries get a dash, tags fall away, entities are resolved once. */
export function plainOfHtml(html: string): string {
  const blocks = html
    .replace(/<li[^<>]{0,500}>/giu, '\n- ')
    .replace(/<(?:\/?(?:p|div|ul|ol|tr|table|h[1-6]|pre)|br)\b[^<>]{0,500}>/giu, '\n')
    .replace(/<\/?[a-z][^<>]{0,2000}>/giu, '');
  const plain = blocks.replace(
    /&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,6});/giu,
    (whole, name: string) => entityOf(name) ?? whole,
  );
  return plain
    .replace(/[ \t]+\n/gu, '\n')
    .replace(/\n{3,}/gu, '\n\n')
    .trim();
}

function entityOf(name: string): string | undefined {
  if (!name.startsWith('#')) {
    return entities.get(name.toLowerCase());
  }
  const code = /^#x/iu.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff)
    ? String.fromCodePoint(code)
    : undefined;
}
