const breaks = new Set(['P', 'DIV', 'LI', 'BR', 'H1', 'H2', 'H3', 'H4', 'PRE', 'UL', 'OL', 'TR']);

/**
 * The text of a card's body as a person will read it. It is parsed in a document without scripts, loads nothing, and only
 * its text is taken: a scanner's words are never HTML of ours.
 */
export function neutralText(body: string): string {
  if (!/<[a-z]/iu.test(body)) {
    return body;
  }
  const parsed = new DOMParser().parseFromString(body, 'text/html');
  return textOf(parsed.body)
    .replace(/\n{3,}/gu, '\n\n')
    .trim();
}

function textOf(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) {
    return node.textContent ?? '';
  }
  const inside = [...node.childNodes].map(textOf).join('');
  const before = /^H\d$/u.test(node.nodeName) ? '\n' : '';
  return breaks.has(node.nodeName) ? `${before}${node.nodeName === 'LI' ? '• ' : ''}${inside}\n` : inside;
}
