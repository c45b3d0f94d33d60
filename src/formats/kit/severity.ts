import type { Severity } from '../../core/vocabulary.ts';
import { numberOf } from './loose.ts';

/** CVSS scores as GitHub reads `security-severity`: 9.0 critical, 7.0 high, 4.0 medium, above 0 low; else undefined. */
export function severityOfScore(score: unknown): Severity | undefined {
  const value = numberOf(score);
  if (value === undefined || value <= 0 || value > 10) {
    return undefined;
  }
  return value >= 9 ? 'critical' : value >= 7 ? 'high' : value >= 4 ? 'medium' : 'low';
}

const words = new Map<string, Severity>([
  ['critical', 'critical'],
  ['very high', 'critical'],
  ['high', 'high'],
  ['important', 'high'],
  ['error', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['warning', 'medium'],
  ['low', 'low'],
  ['note', 'low'],
  ['negligible', 'informational'],
  ['informational', 'informational'],
  ['information', 'informational'],
  ['info', 'informational'],
  ['none', 'informational'],
]);

/** A tool's own word for a severity; undefined: not one that is known. */
export function severityOfWord(word: unknown): Severity | undefined {
  return typeof word === 'string' ? words.get(word.trim().toLowerCase()) : undefined;
}
