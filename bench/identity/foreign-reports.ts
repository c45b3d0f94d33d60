import type { Finding } from '../../src/core/matching/finding.ts';
import { normalPath } from '../../src/formats/kit/path.ts';

/**
 * Scanners that Patchboard has no format for, read as its generic format would read the same facts: rule, path, line,
 * column, message. Nothing here is tuned to a scanner.
 */
export function readForeign(text: string): { readonly findings: readonly Finding[]; readonly how: string } | null {
  const head = text.slice(0, 2_000).trimStart();
  if (/^\{\s*"comments"\s*:/u.test(head)) {
    return { findings: (JSON.parse(text) as { comments: Comment[] }).comments.map(fromComment), how: 'bench reader for shellcheck json1' };
  }
  if (/<results\b/u.test(head) && /<cppcheck\b/u.test(head)) {
    return { findings: errorsIn(text), how: 'bench reader for cppcheck XML' };
  }
  return null;
}

interface Comment {
  readonly file: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
  readonly endColumn?: number;
  readonly code: number;
  readonly message: string;
}

interface Place {
  readonly rule: string;
  readonly message: string;
  readonly path: string;
  readonly symbol?: string | undefined;
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
  readonly startColumn?: number | undefined;
  readonly endColumn?: number | undefined;
}

function fromComment(comment: Comment): Finding {
  const { file, line, endLine, column, endColumn, code, message } = comment;
  return findingAt({ rule: `SC${code}`, message, path: file, startLine: line, endLine, startColumn: column, endColumn });
}

function findingAt({ rule, message, path, ...region }: Place): Finding {
  const given = Object.fromEntries(Object.entries(region).filter(([, value]) => value !== undefined && value !== 0));
  return {
    kind: 'code',
    ruleId: rule,
    title: message.slice(0, 500),
    description: message,
    severity: 'medium',
    cwe: [],
    cve: [],
    advisories: [],
    location: { kind: 'file', path: normalPath(path), ...given },
    fingerprints: {},
  };
}

/** `<error>` elements in the order of the document; their primary place is the first `<location>`. */
function errorsIn(text: string): readonly Finding[] {
  return [...text.matchAll(/<error\b([^>]*?)(?:\/>|>([\s\S]*?)<\/error>)/gu)].map(([, head = '', body = '']) => {
    const location = /<location\b([^>]*)>/u.exec(body)?.[1] ?? '';
    const symbol = /<symbol>([^<]*)<\/symbol>/u.exec(body)?.[1];
    return findingAt({
      rule: attribute(head, 'id') ?? '',
      message: attribute(head, 'msg') ?? '',
      path: attribute(location, 'file') ?? '',
      startLine: Number(attribute(location, 'line') ?? 0),
      startColumn: Number(attribute(location, 'column') ?? 0),
      symbol,
    });
  });
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function attribute(head: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 'u').exec(head)?.[1];
  return value?.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/giu, (whole: string, decimal?: string, hex?: string, name_?: string) =>
    decimal !== undefined
      ? String.fromCodePoint(Number(decimal))
      : hex !== undefined
        ? String.fromCodePoint(Number.parseInt(hex, 16))
        : (entities[name_ ?? ''] ?? whole),
  );
}
