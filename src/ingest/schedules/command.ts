import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** The operator's file of commands; nobody can add to it from inside the product. */
const allowed = z.strictObject({
  commands: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]{1,200}$/u),
        description: z.string().max(500).optional(),
        /** Program and arguments; never a shell. `{report}` is the file that it has to write, `{asset}` the asset's key. */
        run: z.array(z.string()).min(1).max(200),
        format: z.string().max(100).optional(),
        timeoutMinutes: z.number().int().min(1).max(24 * 60).default(60),
        /** Scanners often end with 1 when they found something. */
        goodExitCodes: z.array(z.number().int()).default([0]),
        /** Names of variables that it may see beside PATH and HOME. */
        environment: z.array(z.string().regex(/^\w+$/u)).default([]),
      }),
    )
    .max(200),
});
export type Command = z.infer<typeof allowed>['commands'][number];

export class CommandsFileBroken extends Error {
  constructor(file: string, because: string) {
    super(`${file}: ${because}`);
    this.name = 'CommandsFileBroken';
  }
}

const groupOrOthersMayWrite = 0o022;

/** What the operator allows now; nothing without the file. Throws CommandsFileBroken. */
export async function allowedCommands(file: string | null): Promise<readonly Command[]> {
  let text: string;
  try {
    if (file === null) {
      return [];
    }
    if (process.platform !== 'win32' && ((await stat(file)).mode & groupOrOthersMayWrite) !== 0) {
      throw new CommandsFileBroken(file, 'Others may write it, so it says nothing about what the operator allows. Mend it with: chmod 600');
    }
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') {
      return [];
    }
    throw error;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new CommandsFileBroken(file, error instanceof Error ? error.message : 'This is not JSON.');
  }
  const result = allowed.safeParse(parsed);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new CommandsFileBroken(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  return result.data.commands;
}

export type Ran =
  | { readonly kind: 'ran'; readonly report: AsyncIterable<Uint8Array>; readonly forget: () => Promise<void> }
  | { readonly kind: 'failed'; readonly because: string };

const wordsMax = 1_000;

/** Runs it to its end in a folder of its own. The report is what it wrote to `{report}`, else what it printed. */
export async function runCommand(
  command: Command,
  words: { readonly asset: string },
  signal: AbortSignal,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'patchboard-scan-'));
  const forget = () => rm(folder, { recursive: true, force: true });
  const report = join(folder, 'report');
  const printed = join(folder, 'printed');
  const [program = '', ...options] = command.run.map((word) => word.replaceAll('{report}', report).replaceAll('{asset}', words.asset));
  const writes = command.run.some((word) => word.includes('{report}'));
  const names = ['PATH', 'HOME', 'LANG', ...command.environment];
  const environment = Object.fromEntries(names.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])));
  const ended = await run({ program, options, folder, printed, environment }, command.timeoutMinutes * 60_000, signal);
  const file = writes ? report : printed;
  const length = await stat(file).then(({ size }) => size, () => 0);
  const because = ended.because ?? (command.goodExitCodes.includes(ended.code ?? -1) ? null : `It ended with exit code ${ended.code}.`);
  if (because === null && length > 0) {
    return { kind: 'ran', report: createReadStream(file), forget };
  }
  await forget();
  const said = ended.words.trim() === '' ? '' : ` It said: ${ended.words.trim().slice(-wordsMax)}`;
  return { kind: 'failed', because: `${because ?? 'It wrote no report.'}${said}` };
}

interface Program {
  readonly program: string;
  readonly options: readonly string[];
  readonly folder: string;
  readonly printed: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface Ended {
  readonly code: number | null;
  readonly because: string | null;
  readonly words: string;
}

async function run({ program, options, folder, printed, environment }: Program, timeoutMs: number, signal: AbortSignal): Promise<Ended> {
  const { open } = await import('node:fs/promises');
  const file = await open(printed, 'w');
  let words = '';
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    // A group of its own, so that what the scanner starts ends with it.
    const child = spawn(program, options, { cwd: folder, env: { ...environment, TMPDIR: folder }, stdio: ['ignore', file.fd, 'pipe'], detached: true });
    const end = () => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-wordsMax);
    });
    deadline.addEventListener('abort', end, { once: true });
    return await new Promise<Ended>((resolve) => {
      child.once('error', (error) => resolve({ code: null, because: `It could not be started: ${error.message}.`, words }));
      child.once('close', (code) => {
        const stopped = deadline.aborted ? (signal.aborted ? 'Patchboard was stopped.' : `It took longer than ${timeoutMs / 60_000} minutes and was ended.`) : null;
        resolve({ code, because: stopped, words });
      });
    });
  } finally {
    await file.close();
  }
}
