import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandPage, environmentPage } from '../cli/pages.ts';
import { commandsOf } from '../cli/run.ts';
import { operating } from './operate.ts';
import { served } from './served.ts';

const pages = join(import.meta.dirname, '../../docs/reference');
const commands = commandsOf([...served, ...operating]);

test('the reference page of the command line is what --help says', async () => {
  await expect(commandPage(commands)).toMatchFileSnapshot(join(pages, 'command-line.md'));
});

test('the reference page of the environment is made of the variables’ own words', async () => {
  await expect(environmentPage()).toMatchFileSnapshot(join(pages, 'environment.md'));
});

test('every command shows how it is used, with an example that begins with the program', () => {
  for (const { name, usage, examples } of commands) {
    expect(usage.length, name).toBeGreaterThan(0);
    expect(examples.length, name).toBeGreaterThan(0);
    expect(examples.filter((example) => !example.includes(`patchboard ${name}`)), name).toEqual([]);
  }
});
