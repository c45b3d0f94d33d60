import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from '../cli/command.ts';
import { projectFolder } from '../lib/project-folder.ts';

const environment = 'Every setting is a variable of the environment: docs/reference/environment.md.';

/** What runs until somebody stops it. `serve` and `work` without further words main starts itself, with nothing read before. */
export const served: readonly Command[] = [
  {
    name: 'serve',
    summary: 'Run the product: web app, API and background work',
    usage: [''],
    options: {},
    notes: [environment],
    examples: ['patchboard serve', 'DATABASE_URL=postgres://… PATCHBOARD_ROLES=web patchboard serve'],
    run: async () => (await import('./serve.ts')).serve(),
  },
  {
    name: 'work',
    summary: 'Run the background work alone, as PATCHBOARD_ROLES=worker does',
    usage: [''],
    options: {},
    notes: [environment],
    examples: ['DATABASE_URL=postgres://… patchboard work'],
    run: async () => (await import('./serve.ts')).serve({ roles: ['worker'] }),
  },
  {
    name: 'demo',
    summary: 'Show the main job on sandboxes of every tracker; nothing is kept',
    usage: ['', '--check'],
    options: { check: { type: 'boolean', describes: 'Tell the whole story without a person; exit code 0 if it holds.' } },
    examples: ['patchboard demo', 'patchboard demo --check'],
    run: async () => {
      // From its source at all times: it brings the sandboxes, which are no part of the product.
      await import(pathToFileURL(join(projectFolder, 'demo', 'run.ts')).href);
      return 0;
    },
  },
];
