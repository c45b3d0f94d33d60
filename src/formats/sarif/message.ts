import type { Loose } from '../kit/loose.ts';
import { listOf, loose, textOf } from '../kit/loose.ts';

/**
 * A message as plain text (SARIF 3.11): its own text, or the rule's string of that id; placeholders filled, embedded
 * links reduced to their words, since they point into the report.
 */
export function messageText(message: unknown, ...tables: readonly Loose[]): string {
  const { text, markdown, id, arguments: values } = loose(message);
  const named = textOf(id);
  const entry =
    named === undefined ? {} : loose(tables.map((table) => table[named]).find((one) => one !== undefined));
  const words = textOf(text) ?? textOf(entry['text']) ?? textOf(markdown) ?? textOf(entry['markdown']) ?? '';
  const given = listOf(values).map((value) => textOf(value) ?? '');
  return withoutLinks(words.includes('{') ? filled(words, given) : words);
}

/** `{0}` is the first argument, `{{` and `}}` are braces, but only in texts that have arguments. */
function filled(words: string, values: readonly string[]): string {
  if (values.length === 0) {
    return words;
  }
  return words.replace(/\{\{|\}\}|\{(\d{1,3})\}/gu, (whole, index: string | undefined) => {
    if (index === undefined) {
      return whole.charAt(0);
    }
    return values[Number(index)] ?? whole;
  });
}

/** `[words](3)` points at a related location of the same result. */
function withoutLinks(words: string): string {
  return words.includes('](')
    ? words.replace(/(?<!\\)\[([^[\]]{0,500})\]\((?:\d{1,6}|sarif:[^)\s]{0,500})\)/gu, '$1')
    : words;
}

/** What a multiformat message says as plain text, or as Markdown where it has no other. */
export function plainOf(message: unknown): string | undefined {
  const { text, markdown } = loose(message);
  return textOf(text) ?? textOf(markdown);
}
