import type { Severity } from '../../core/vocabulary.ts';

/** Numbers as GitHub reads `security-severity`: 9.0 critical, 7.0 high, 4.0 medium, above 0 low; else null. */
export function severityOfScore(score: unknown): Severity | null {
  const value = typeof score === 'string' ? Number(score) : score;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    return null;
  }
  return value >= 9 ? 'critical' : value >= 7 ? 'high' : value >= 4 ? 'medium' : 'low';
}

const words: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  blocker: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  warning: 'medium',
  low: 'low',
  minor: 'low',
  note: 'low',
  negligible: 'informational',
  informational: 'informational',
  information: 'informational',
  info: 'informational',
  none: 'informational',
};

/** A tool's own word for a severity; null: not one that is known. */
export function severityOfWord(word: unknown): Severity | null {
  return typeof word === 'string' ? (words[word.trim().toLowerCase()] ?? null) : null;
}

/** Relative, forward slashes, percent-decoded, without `./`, scheme, drive or checkout root. */
export function normalPath(uri: string): string {
  const decoded = decode(uri.replace(/^file:\/{2,3}(?:localhost\/)?/iu, '/'));
  const slashed = decoded.replaceAll('\\', '/').replace(/^\/?[a-z]:\//iu, '/');
  const steps: string[] = [];
  for (const step of slashed.split('/')) {
    if (step === '..') {
      steps.pop();
    } else if (step !== '.' && step !== '') {
      steps.push(step);
    }
  }
  return steps.join('/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Numbers of CWE in texts like `external/cwe/cwe-079`, `CWE-79: …`, `79`. */
export function cweNumbers(values: readonly unknown[]): readonly number[] {
  const found = values.flatMap((value) => {
    const match = /(?:cwe[-/ ]?|^)(\d{1,5})\b/iu.exec(String(value));
    return match === null ? [] : [Number(match[1])];
  });
  return [...new Set(found)].filter((number) => number > 0);
}

/** CVE ids in a text, upper case. */
export function cveIds(text: string): readonly string[] {
  return [...new Set(text.match(/CVE-\d{4}-\d{4,7}/giu) ?? [])].map((id) => id.toUpperCase());
}

/** One line of at most 500 characters. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}
