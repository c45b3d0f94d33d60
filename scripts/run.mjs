// Runs one of our TypeScript programs on any machine that has an old Node (14 or newer) and npm: installs what is
// missing, finds a Node that runs TypeScript, and hands over. Plain JavaScript, because an old Node reads it.
//
//     node scripts/run.mjs src/main.ts serve

import { spawn, spawnSync } from 'child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { constants, setPriority } from 'os';
import { basename, delimiter, dirname, join } from 'path';
import { fileURLToPath } from 'url';
import { programOf } from './built.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const leastNode = 24;
const waitForOtherMs = 15 * 60 * 1000;
// The product is at work by then, and whoever started it has looked at the first screen.
const buildAfterMs = 30 * 1000;
// What an upload or a report needed for a moment goes back to the machine, where V8 and glibc would keep it for a next one. For the
// product, and for what starts it to measure it; tests and simulations rather run fast.
const isProduct = (script) => /^(src\/main\.ts$|demo\/|bench\/)/.test(script);
const nodeFlags = ['--max-semi-space-size=4'];
const allocator = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536' };

run().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

async function run() {
  if (!isInstalled()) {
    await withInstallLock(install);
  }
  handOver(findNode(), process.argv.slice(2));
}

/** Whether node_modules holds what package-lock.json asks for. npm writes its own list last, when all is in place. */
function isInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'));
  const found = readJson(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || found === null) {
    return wanted === null;
  }
  const ours = Object.keys(wanted.packages[''].optionalDependencies || {}).map(
    (name) => `node_modules/${name}`,
  );
  return Object.keys(wanted.packages).every((path) => {
    const want = wanted.packages[path];
    const have = found.packages[path];
    if (path === '' || want.link) {
      return true;
    }
    if (have === undefined) {
      return want.optional === true && !(ours.includes(path) && fitsMachine(want));
    }
    return have.version === want.version && have.integrity === want.integrity;
  });
}

function fitsMachine(wanted) {
  const includes = (list, name) => list === undefined || list.includes(name);
  return includes(wanted.os, process.platform) && includes(wanted.cpu, process.arch);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function install() {
  if (isInstalled()) {
    return;
  }
  process.stderr.write('Installing what is missing (the first time this takes about a minute) …\n');
  const npm = process.env.npm_execpath || '';
  const byNpm = basename(npm) === 'npm-cli.js';
  const words = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  // Its words go to stderr: stdout belongs to the program, which may be asked for JSON.
  const done = spawnSync(byNpm ? process.execPath : 'npm', byNpm ? [npm].concat(words) : words, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !byNpm && process.platform === 'win32',
  });
  if (done.error) {
    throw new Error(
      `npm could not be started (${done.error.message}). Install Node with npm, and try again.`,
    );
  }
  if (done.status !== 0) {
    throw new Error(
      'npm ci failed; its own words are above. Mend what it names (often the network, or who owns this folder), and try again.',
    );
  }
  // So that the first start is as fast as later ones; without it all works too.
  for (const script of ['build.ts', 'compile.ts']) {
    spawnSync(findNode(), [join(root, 'scripts', script)], { cwd: root, stdio: 'ignore' });
  }
}

/** Two commands that are started at once on a fresh clone must not both install. */
async function withInstallLock(act) {
  const file = join(root, '.cache', 'install.lock');
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + waitForOtherMs;
  let told = false;
  while (!appears(file)) {
    const holder = Number(readText(file));
    if (holder > 0 && !isAlive(holder)) {
      rmSync(file, { force: true });
    } else if (Date.now() > deadline) {
      throw new Error(`Another install (process ${holder}) does not end. If there is none, remove ${file}.`);
    } else {
      if (!told) {
        process.stderr.write(`Waiting for another install (process ${holder}) …\n`);
        told = true;
      }
      await new Promise((done) => setTimeout(done, 250));
    }
  }
  try {
    act();
  } finally {
    rmSync(file, { force: true });
  }
}

function appears(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') {
      return false;
    }
    throw new Error(
      `${dirname(file)} cannot be written (${error.code}). Run this as the account that owns the folder.`,
    );
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The system's own Node if it is new enough, else the one that npm brought. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= leastNode) {
    return process.execPath;
  }
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const brought = join(root, 'node_modules', `node-${system}-${process.arch}`, 'bin', program);
  if (!existsSync(brought)) {
    throw new Error(
      `Patchboard needs Node ${leastNode} or newer. This is Node ${process.versions.node}, and npm has none for ${process.platform}-${process.arch}. Install Node ${leastNode} from https://nodejs.org and try again.`,
    );
  }
  return brought;
}

function handOver(node, words) {
  const folders = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH || ''];
  const script = words[0] || 'src/main.ts';
  const program = programOf(root, script);
  const staysAtWork = script === 'src/main.ts' && ['serve', 'work'].includes(words[1]);
  const env = Object.assign({}, isProduct(script) ? allocator : {}, process.env, {
    PATH: folders.join(delimiter),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || program.compiled,
  });
  // The channel tells the program when we are gone without a word (kill -9): then it ends too, in order.
  const child = spawn(node, (isProduct(script) ? nodeFlags : []).concat(program.file, words.slice(1)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  child.on('error', (error) => {
    process.stderr.write(`${node} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  const watch = watchNpm(child);
  const stopBuild = staysAtWork && !program.isBuilt ? buildLater(node) : () => {};
  child.on('exit', (code, signal) => {
    clearInterval(watch);
    stopBuild();
    process.exit(code === null ? 128 + (constants.signals[signal] || 0) : code);
  });
}

/** The sources are newer than what was built of them (an upgrade, or somebody writes them): built beside the product for its next start. */
function buildLater(node) {
  let builder = null;
  const timer = setTimeout(() => {
    builder = spawn(node, [join(root, 'scripts', 'build.ts')], { cwd: root, stdio: 'ignore' });
    // Without it all works too.
    builder.on('error', () => {});
    giveWay(builder);
  }, buildAfterMs);
  return () => {
    clearTimeout(timer);
    if (builder !== null) {
      builder.kill();
    }
  };
}

function giveWay(child) {
  try {
    setPriority(child.pid || 0, 10);
  } catch {
    // It ended already, or this system has no priorities.
  }
}

/** Where npm started us and is gone without a word, nobody is left who could stop the program. */
function watchNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) {
    return undefined;
  }
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) {
      child.kill('SIGTERM');
    }
  }, 250);
}
