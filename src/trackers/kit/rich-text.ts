import type { Block, Inline, RichText } from '../../core/rich-text.ts';
import { cutGraphemes, escapeHtml, escapeMarkup, neutral, safeUrl } from './plain-words.ts';

/** What a renderer of a tracker needs beside: titles, and words without effect. */
export { cutTitle, escapeHtml, neutral } from './plain-words.ts';

export interface RenderOptions {
  /** In UTF-16 units. */
  readonly max?: number;
  /** Where the whole is, for what had to be cut. */
  readonly url?: string;
}

/** HTML of a fixed, harmless set of tags (p, br, b, code, pre, ul, li, a), for trackers that take HTML. */
export function toHtml(body: RichText, options: RenderOptions = {}): string {
  const url = safeUrl(options.url ?? '');
  const more =
    url === null ? '<p>… (cut)</p>' : `<p>… <a href="${escapeMarkup(url)}">the whole is here</a></p>`;
  return fit(body, { render: (blocks) => blocks.map(htmlBlock).join(''), gap: '', more, max: options.max });
}

/** Plain text, for trackers that take nothing else. */
export function toPlainText(body: RichText, options: RenderOptions = {}): string {
  const url = safeUrl(options.url ?? '');
  const more = url === null ? '… (cut)' : `… the whole is here: ${url}`;
  return fit(body, {
    render: (blocks) => blocks.map(textBlock).join('\n\n'),
    gap: '\n\n',
    more,
    max: options.max,
  });
}

interface Fitting {
  readonly render: (blocks: RichText) => string;
  readonly gap: string;
  readonly more: string;
  readonly max: number | undefined;
}

/** Whole, or as many blocks as fit, the last one shortened, and a visible word that there is more. */
function fit(body: RichText, { render, gap, more, max = Number.POSITIVE_INFINITY }: Fitting): string {
  const whole = render(body);
  if (whole.length <= max) {
    return whole;
  }
  const room = max - more.length - gap.length;
  let count = 0;
  let used = 0;
  for (const block of body) {
    const length = render([block]).length + (count === 0 ? 0 : gap.length);
    if (used + length > room) {
      break;
    }
    used += length;
    count += 1;
  }
  const fits = (blocks: RichText) => render(blocks).length <= room;
  const kept = body.slice(0, count);
  const shortened = shorten(body[count], (block) => fits([...kept, block]));
  const blocks = shortened === null ? kept : [...kept, shortened];
  return blocks.length === 0 ? more.slice(0, max) : `${render(blocks)}${gap}${more}`;
}

/** The most of a block's text that fits; null if none does. */
function shorten(block: Block | undefined, fits: (block: Block) => boolean): Block | null {
  if (block === undefined) {
    return null;
  }
  let low = 0;
  let high = lengthOf(block);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cutBlock(block, middle))) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low === 0 ? null : cutBlock(block, low);
}

function lengthOf(block: Block): number {
  const lengths = (inlines: readonly Inline[]) =>
    inlines.reduce((sum, inline) => sum + inline.text.length, 0);
  switch (block.kind) {
    case 'heading':
    case 'code':
      return block.text.length;
    case 'paragraph':
      return lengths(block.children);
    case 'list':
      return block.items.reduce((sum, item) => sum + lengths(item), 0);
  }
}

function cutBlock(block: Block, length: number): Block {
  switch (block.kind) {
    case 'heading':
    case 'code':
      return { ...block, text: cutGraphemes(block.text, length) };
    case 'paragraph':
      return { ...block, children: cutInlines(block.children, length).kept };
    case 'list': {
      let left = length;
      const items = block.items.map((item) => {
        const { kept, rest } = cutInlines(item, left);
        left = rest;
        return kept;
      });
      return { ...block, items: items.filter((item) => item.length > 0) };
    }
  }
}

function cutInlines(inlines: readonly Inline[], length: number): { kept: readonly Inline[]; rest: number } {
  let rest = length;
  const kept = inlines.flatMap((inline) => {
    const text = cutGraphemes(inline.text, rest);
    rest = Math.max(0, rest - inline.text.length);
    return text === '' ? [] : [{ ...inline, text }];
  });
  return { kept, rest };
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<p><b>${escapeHtml(block.text)}</b></p>`;
    case 'paragraph':
      return `<p>${block.children.map(htmlInline).join('')}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${item.map(htmlInline).join('')}</li>`).join('')}</ul>`;
    case 'code':
      return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
  }
}

function htmlInline(inline: Inline): string {
  const words = escapeHtml(inline.text).replaceAll('\n', '<br>');
  switch (inline.kind) {
    case 'text':
      return words;
    case 'strong':
      return `<b>${words}</b>`;
    case 'code':
      return `<code>${words}</code>`;
    case 'link': {
      const url = safeUrl(inline.url);
      return url === null ? words : `<a href="${escapeMarkup(url)}">${words}</a>`;
    }
  }
}

function textBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return neutral(block.text).toUpperCase();
    case 'paragraph':
      return block.children.map(textInline).join('');
    case 'list':
      return block.items.map((item) => `- ${item.map(textInline).join('')}`).join('\n');
    case 'code':
      return neutral(block.text)
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n');
  }
}

function textInline(inline: Inline): string {
  const url = inline.kind === 'link' ? safeUrl(inline.url) : null;
  if (url === null) {
    return neutral(inline.text);
  }
  return inline.kind === 'link' && inline.url === inline.text ? url : `${neutral(inline.text)} (${url})`;
}
