import { createHmac } from 'node:crypto';
import type { Finding } from '../../core/matching/finding.ts';
import { mapTexts } from './map-texts.ts';

const mask = '‹secret›';
// Shorter pieces would tear holes into innocent words.
const pieceMin = 6;

/** What tells two leaked secrets apart without holding either; undefined: the tool has blanked it already. */
export function digestOfSecret(secret: string, digestKey: Uint8Array): string | undefined {
  const plain = secret.trim();
  if (plain === '' || isBlanked(plain)) {
    return undefined;
  }
  return createHmac('sha256', digestKey).update(plain).digest('hex').slice(0, 32);
}

/** `REDACTED`, `****`, `<redacted>`, `abc…***`: what scanners leave in a secret's place. */
export function isBlanked(text: string): boolean {
  return (
    /^\W*(?:redacted|hidden|masked|removed)\W*$/iu.test(text.trim()) || /\*{4,}|x{8,}|•{3,}/iu.test(text)
  );
}

/** The same finding with every trace of the secrets blanked, wherever they stand. */
export function withoutSecrets(finding: Finding, secrets: readonly (string | undefined)[]): Finding {
  const pieces = secrets.flatMap((secret) => piecesOf(secret ?? ''));
  if (pieces.length === 0) {
    return finding;
  }
  const ordered = [...new Set(pieces)].sort((one, other) => other.length - one.length);
  const bare = mapTexts(finding, (text) => blanked(text, ordered));
  // A snippet that was the secret alone says nothing any more, and would look like that of any other.
  return bare.snippet?.replaceAll(mask, '').trim() === '' ? { ...bare, snippet: undefined } : bare;
}

function blanked(text: string, pieces: readonly string[]): string {
  return pieces.reduce((rest, piece) => (rest.includes(piece) ? rest.replaceAll(piece, mask) : rest), text);
}

/** The whole and, of a secret over several lines such as a private key, each line; also as JSON and URLs write it. */
function piecesOf(secret: string): readonly string[] {
  const whole = secret.trim();
  if (whole === '' || isBlanked(whole)) {
    return [];
  }
  const lines = whole.split(/\r?\n|\\n/u).map((line) => line.trim());
  const written = [whole, ...lines].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.toWellFormed()),
  ]);
  const long = written.filter((text) => text.length >= pieceMin);
  return long.length === 0 ? [whole] : long;
}
