import { parseArgs } from 'node:util';
import { apply } from './apply.ts';
import { Refusal } from './client.ts';
import type { Command, CommandIo, Given, OptionSpec } from './command.ts';
import { sharedOptions, WrongUse } from './command.ts';
import { assets, connections, deliveries, scans, vulnerabilities } from './lists.ts';
import { newTracker } from './new-tracker.ts';
import { upload } from './upload.ts';

/** Every command that speaks to a running Patchboard, or to nobody. */
const spoken: readonly Command[] = [
  upload,
  vulnerabilities,
  assets,
  scans,
  connections,
  deliveries,
  apply,
  newTracker,
];

/** All there are: those that run the product first. */
export function commandsOf(operating: readonly Command[]): readonly Command[] {
  return [...operating, ...spoken];
}

/**
 * Exit code: 0 done, 1 it failed, 2 wrong use. `operating`: the commands that run the product or open the database
 * themselves.
 */
export async function runCommand(
  words: readonly string[],
  io: CommandIo,
  operating: readonly Command[] = [],
): Promise<number> {
  const commands = commandsOf(operating);
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    io.out(overview(commands));
    return 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    io.error(`There is no command “${name}”. patchboard --help lists them.`);
    return 2;
  }
  try {
    const given = read(command, rest);
    if (given.is('help')) {
      io.out(help(command));
      return 0;
    }
    return await command.run(given, io);
  } catch (error) {
    return fail(error, command, io);
  }
}

/** The words of a process at a terminal, or in a pipe. */
export function atTerminal(surroundings: Pick<CommandIo, 'client' | 'variable'>): CommandIo {
  return {
    ...surroundings,
    out: (line) => process.stdout.write(`${line}\n`),
    error: (line) => process.stderr.write(`${line}\n`),
    progress: (words) => {
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\u001B[K${words}`);
      }
    },
  };
}

function read(command: Command, words: readonly string[]): Given {
  const specs: Readonly<Record<string, OptionSpec>> = { ...sharedOptions, ...command.options };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
  const { values, positionals } = parse(words, options);
  const surplus = positionals[wordsMost(command)];
  if (surplus !== undefined) {
    throw new WrongUse(`“${surplus}” is one word too many for patchboard ${command.name}.`);
  }
  return {
    positionals,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    is: (name) => values[name] === true,
  };
}

/** As many words as the longest way to call it has before its options. */
function wordsMost({ usage }: Command): number {
  const counts = usage.map((line) => {
    const words = line.split(' ').filter((word) => word !== '');
    const options = words.findIndex((word) => /^[[-]/u.test(word));
    return options === -1 ? words.length : options;
  });
  return Math.max(...counts);
}

function parse(
  words: readonly string[],
  options: Record<string, { type: 'string' | 'boolean'; short?: string }>,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}

function fail(error: unknown, command: Command, io: CommandIo): number {
  if (error instanceof WrongUse) {
    io.error(`${error.message}\nSee: patchboard ${command.name} --help`);
    return 2;
  }
  if (error instanceof Refusal) {
    io.error(error.message);
    return 1;
  }
  throw error;
}

/** What `patchboard --help` says. */
export function overview(commands: readonly Command[]): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(16)}${summary}`);
  return `patchboard COMMAND [options]

${lines.join('\n')}

PATCHBOARD_URL and PATCHBOARD_TOKEN say which Patchboard and who you are there.
patchboard COMMAND --help shows a command’s options with examples.
Exit code: 0 done, 1 it failed, 2 wrong use.`;
}

/** What `patchboard COMMAND --help` says. */
export function help(command: Command): string {
  const specs: Readonly<Record<string, OptionSpec>> = { ...command.options, ...sharedOptions };
  const options = Object.entries(specs).map(([name, spec]) => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
    const value = spec.type === 'string' ? ' VALUE' : '';
    return `  ${short}--${`${name}${value}`.padEnd(26)}${spec.describes}`;
  });
  return `${command.summary}

${command.usage.map((line) => `  patchboard ${command.name} ${line}`.trimEnd()).join('\n')}

Options
${options.join('\n')}

Examples
${command.examples.map((example) => `  ${example}`).join('\n')}${(command.notes ?? []).map((note) => `\n\n${note}`).join('')}`;
}
