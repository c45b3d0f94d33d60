import type { Finding } from '../../core/matching/finding.ts';

/** The same finding with every text of it changed. A finding of which no text changes is returned as it is. */
export function mapTexts(finding: Finding, change: (text: string) => string): Finding {
  return mapped(finding, change) as Finding;
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return change(value);
  }
  if (Array.isArray(value)) {
    const list = value.map((one) => mapped(one, change));
    return list.every((one, index) => one === value[index]) ? value : list;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  let result: Record<string, unknown> | null = null;
  for (const [key, old] of Object.entries(value)) {
    const now = mapped(old, change);
    if (now !== old) {
      result ??= { ...value };
      result[key] = now;
    }
  }
  return result ?? value;
}
