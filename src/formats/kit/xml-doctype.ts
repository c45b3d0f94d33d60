import { ReportError } from '../../contracts/format.ts';

const declarationsMax = 32 * 1024;

/**
 * The text without the DOCTYPE that one tool writes into each of its reports: an internal subset of nothing but
 * `<!ELEMENT …>` and `<!ATTLIST …>`. It is cut out and never interpreted. One with an entity, a notation, a parameter
 * reference or an external identifier stays, so that the reader refuses it.
 */
export async function* withoutDeclarations(text: AsyncIterable<string>): AsyncIterable<string> {
  let head: string | null = '';
  for await (const chunk of text) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head += chunk;
    const cut = cutOut(head);
    if (cut !== null) {
      yield cut;
      head = null;
    } else if (head.length > declarationsMax) {
      throw new ReportError('The report has a DOCTYPE, which is refused.', { where: 'the start' });
    }
  }
  if (head !== null) {
    yield head;
  }
}

/** Null: the root element has not begun yet. */
function cutOut(head: string): string | null {
  const begin = head.indexOf('<!DOCTYPE');
  const root = /<[A-Za-z_]/u.exec(head);
  if (begin < 0 || (root !== null && root.index < begin)) {
    return root === null ? null : head;
  }
  if (root === null) {
    return null;
  }
  const declaration = head.slice(begin, root.index);
  const plain = /^<!DOCTYPE\s+[\w.-]+\s*\[(?:\s|<!(?:ELEMENT|ATTLIST)\s[^<>%&]*>)*\]\s*>\s*$/u.test(
    declaration,
  );
  // Lines stay, so that places in errors are right.
  return plain
    ? head.slice(0, begin) + '\n'.repeat(declaration.split('\n').length - 1) + head.slice(root.index)
    : head;
}
