import type { Block, Inline, RichText } from '../../core/rich-text.ts';

const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
const joiner = '\u2060';

/** HTML of a fixed, harmless set of tags, for trackers that take HTML. At most `max` characters, cut visibly. */
export function toHtml(
  body: RichText,
  options: { readonly max?: number; readonly url?: string } = {},
): string {
  return cutBlocks(
    body.map(htmlBlock),
    '',
    options,
    (url) => `<p>… <a href="${escapeHtml(url)}">the whole is here</a></p>`,
  );
}

/** Plain text, for trackers that take nothing else. */
export function toPlainText(
  body: RichText,
  options: { readonly max?: number; readonly url?: string } = {},
): string {
  return cutBlocks(body.map(textBlock), '\n\n', options, (url) => `… the whole is here: ${url}`);
}

function cutBlocks(
  blocks: readonly string[],
  gap: string,
  options: { readonly max?: number; readonly url?: string },
  more: (url: string) => string,
): string {
  const whole = blocks.join(gap);
  const max = options.max ?? Number.POSITIVE_INFINITY;
  if (whole.length <= max) {
    return whole;
  }
  const end = more(options.url ?? '');
  let kept = '';
  for (const block of blocks) {
    if (kept.length + block.length + gap.length + end.length > max) {
      break;
    }
    kept += block + gap;
  }
  return kept + end;
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
    case 'link':
      return /^https?:\/\//iu.test(inline.url) ? `<a href="${escapeHtml(inline.url)}">${words}</a>` : words;
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
  return inline.kind === 'link' && inline.url !== inline.text
    ? `${neutral(inline.text)} (${inline.url})`
    : neutral(inline.text);
}

export function escapeHtml(text: string): string {
  return neutral(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Without what trackers act on: mentions, issue numbers, ServiceNow's [code], invisible and turning characters. */
export function neutral(text: string): string {
  return text
    .replace(invisible, '')
    .replace(/@(?=[\p{L}\p{N}_<])/gu, `@${joiner}`)
    .replace(/#(?=\d)/gu, `#${joiner}`)
    .replace(/\[(?=\/?code\])/giu, `[${joiner}`);
}

/** A title on one line, within a limit of UTF-16 units, cut on a grapheme boundary and visibly. */
export function cutTitle(title: string, max: number): string {
  const line = title.replace(invisible, '').replace(/\s+/gu, ' ').trim();
  if (line.length <= max) {
    return line;
  }
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line)) {
    if (kept.length + segment.length + 1 > max) {
      break;
    }
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
