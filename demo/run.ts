import { Storyteller } from './story.ts';
import { openDemoStage } from './stage.ts';

/**
 * `npm run demo`: the product with a sandbox of each tracker beside it and a real report, to play with.
 * `npm run demo -- --check`: the whole story without a person; exit code 0 if all of it holds, else 1.
 */
const check = process.argv.includes('--check');
const port = Number(process.env['PATCHBOARD_PORT'] ?? (check ? 4191 : 4180));
const stage = await openDemoStage({ port, sandboxPort: check ? 0 : port + 1, databaseUrl: process.env['DATABASE_URL'] ?? null, trackers: 'all' });
let count = 0;
const tell = (step: string, saw: string) => {
  count += 1;
  process.stdout.write(`${String(count).padStart(2)}. ${step}: ${saw}\n`);
};
const story = new Storyteller(stage, tell);

try {
  const vulnerabilities = await story.begin();
  if (check) {
    await story.tellTheRest(vulnerabilities);
    process.stdout.write('The whole story holds.\n');
    await stage.close();
    process.exit(0);
  }
  welcome();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await stage.close();
  process.exit(1);
}

function welcome(): void {
  process.stdout.write(`
Patchboard        ${stage.url}
  sign in with    ${stage.person.email} and ${stage.person.password}
${stage.boards.map(({ title, boardUrl }) => `${title.padEnd(16)}  ${boardUrl}`).join('\n')}

Move a card on a board and watch its vulnerability. Ctrl-C ends the demo; nothing is kept.
`);
  const end = () => {
    process.stdout.write('Stopping.\n');
    void stage.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
