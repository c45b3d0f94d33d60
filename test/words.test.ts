import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../web/src/words/en.ts';
import { ptBR } from '../web/src/words/pt-BR.ts';

const web = join(import.meta.dirname, '..', 'web', 'src');

/** Paths of all texts, with how many facts each takes. */
function textsOf(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inside]) => textsOf(inside, `${path}.${name}`));
  }
  return [`${path} ${typeof value === 'function' ? value.length : typeof value}`];
}

test('each language has the same texts', () => {
  expect(textsOf(ptBR)).toEqual(textsOf(en));
});

test('no text is empty', () => {
  const empty = (value: unknown): boolean => (typeof value === 'object' && value !== null ? Object.values(value).some(empty) : value === '');
  expect([en, ptBR].map(empty)).toEqual([false, false]);
});

test('no screen has words of its own: they stand in web/src/words', () => {
  const attribute = /\s(?:label|placeholder|title|aria-label|alt|description|lead)="[^"]*[A-Za-z]{2}[^"]*"/gu;
  const between = />\s*(?:[A-Z][a-z]+|[a-z]{3,})(?: [\p{L} ,.’'“”!?:–-]*)?\s*(?:<\/|\{)/gu;
  const found = globSync('**/*.tsx', { cwd: web }).flatMap((file) => {
    const text = readFileSync(join(web, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gmu, '');
    return [...text.matchAll(attribute), ...text.matchAll(between)].map(([match]) => `${file}: ${match.trim()}`);
  });

  expect(found).toEqual([]);
});
