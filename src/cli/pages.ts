import type { VariableWords } from '../contracts/environment.ts';
import { clientVariables, serverVariables } from '../contracts/environment.ts';
import type { Command } from './command.ts';
import { help, overview } from './run.ts';

const made = '<!-- Made by a test (src/start/pages.test.ts) from what the program itself says. Do not edit. -->';

/** The reference page of the command line: what `--help` says of each command. */
export function commandPage(commands: readonly Command[]): string {
  const parts = commands.map((command) => `## ${command.name}\n\n\`\`\`text\n${help(command)}\n\`\`\``);
  return `# Command line\n\n${made}\n\n\`\`\`text\n${overview(commands)}\n\`\`\`\n\n${parts.join('\n\n')}\n`;
}

/** The reference page of the environment. */
export function environmentPage(): string {
  return `# Environment

${made}

An empty variable counts as absent. A value that cannot be used stops the start, with a sentence that says what to write; a
\`PATCHBOARD_…\` variable that there is not is pointed out.

## Of the product

${table(serverVariables)}

## Of commands that speak to a running Patchboard

${table(clientVariables)}
`;
}

function table(variables: readonly VariableWords[]): string {
  const rows = variables.map(
    ({ name, meaning, fallback }) => `| \`${name}\` | ${meaning} | ${fallback === null ? '' : `\`${fallback}\``} |`,
  );
  return ['| variable | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}
