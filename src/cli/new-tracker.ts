import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../lib/project-folder.ts';
import type { Command } from './command.ts';
import { WrongUse } from './command.ts';

const trackers = join(projectFolder, 'src', 'trackers');

export const newTracker: Command = {
  name: 'new',
  summary: 'Begin a tracker of your own: a copy of memory/ under another name',
  usage: ['tracker NAME'],
  options: {},
  examples: ['patchboard new tracker my-board'],
  run: async (given, io) => {
    const [kind, name] = given.positionals;
    if (kind !== 'tracker' || name === undefined || !/^[a-z][a-z0-9-]*$/u.test(name)) {
      throw new WrongUse('Write: patchboard new tracker NAME, with a name in small letters and dashes.');
    }
    const folder = join(trackers, name);
    if (existsSync(folder)) {
      throw new WrongUse(`There is a folder ${folder} already.`);
    }
    cpSync(join(trackers, 'memory'), folder, { recursive: true });
    for (const file of readdirSync(folder).filter((one) => /\.(?:ts|md)$/u.test(one))) {
      const path = join(folder, file);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll("'memory'", `'${name}'`));
    }
    io.out(`Made ${folder}. Read its README, then the contract in src/contracts/tracker.ts.`);
    return 0;
  },
};
