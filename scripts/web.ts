import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'web');

/** Where the built web app is or will be. */
export const webFolder = join(source, 'dist');
const stamp = join(webFolder, '.built-from');

/** Builds the web app if its sources changed since the last time. Answers its folder. */
export async function prepareWebFolder(): Promise<string> {
  const digest = digestOfSources();
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
    await build();
    writeFileSync(stamp, digest);
  }
  return webFolder;
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const file of [
    ...filesIn(source),
    ...filesIn(join(root, 'src', 'contracts', 'api')),
    join(root, 'package-lock.json'),
  ]) {
    hash.update(relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(webFolder) && !file.includes('node_modules'))
    .sort();
}

async function build(): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: source,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words: string[] = [];
  child.stdout.on('data', (part: Buffer) => words.push(part.toString()));
  child.stderr.on('data', (part: Buffer) => words.push(part.toString()));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) {
    throw new Error(`The web app could not be built:\n${words.join('').slice(-4_000)}`);
  }
}
