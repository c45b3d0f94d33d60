/** The program: a command word, and what belongs to it. Each command loads what it needs and no more. */

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { embeddedFolder } from './config-early.ts';
import { projectFolder } from './lib/project-folder.ts';

// Node 24.21: a process with several threads can hang for good while V8 collects WebAssembly code that nobody runs any more (the HTTP
// client and Node itself have some): `WasmEngine::FreeDeadCode` waits for a lock that no thread holds. Seen once, in the tests. What is
// not collected is some hundred kilobytes.
setFlagsFromString('--no-wasm-code-gc');

// What Node makes of our source, kept for the next start. Where the folder cannot be written, nothing is kept.
enableCompileCache(join(projectFolder, '.cache', 'compiled'));

const [word = 'help', ...words] = process.argv.slice(2);

try {
  process.exitCode = await run(word, words);
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
}

async function run(command: string, rest: readonly string[]): Promise<number> {
  if (rest.length === 0 && (command === 'serve' || command === 'work')) {
    const { beginDatabase } = await import('./start/begin-database.ts');
    const folder = embeddedFolder();
    const begun = folder === null ? null : beginDatabase(folder);
    // Its programs run before the next import keeps everything else waiting.
    await setImmediate();
    const { serve } = await import('./start/serve.ts');
    return serve(command === 'work' ? { roles: ['worker'], begun } : { begun });
  }
  const { readClientConfig, readVariable } = await import('./config.ts');
  const { atTerminal, runCommand } = await import('./cli/run.ts');
  const { operating } = await import('./start/operate.ts');
  const { served } = await import('./start/served.ts');
  const io = atTerminal({ client: readClientConfig(), variable: readVariable });
  return runCommand([command, ...rest], io, [...served, ...operating]);
}

/** A person reads the sentence; whoever hunts a bug wants the stack. */
function sentenceOf(error: unknown): string {
  const isBug = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return error instanceof Error ? ((isBug ? error.stack : error.message) ?? error.message) : String(error);
}
