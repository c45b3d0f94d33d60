import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('./journeys/', import.meta.url);
const journeys = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

test.each(Array.from({ length: 30 }, (_none, index) => index + 1))('acceptance test %i is a journey that bears its number', (number) => {
  expect(journeys).toMatch(new RegExp(`(?:test|describe|\\]\\))\\('${number}\\. `, 'u'));
});
