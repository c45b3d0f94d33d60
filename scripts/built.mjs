// Which form of the product is run: the one that was built of its source, where it was built of this very source, else the source.
// Plain JavaScript, because an old Node reads it (see run.mjs).

import { createHash } from 'crypto';
import { existsSync, readdirSync, statSync } from 'fs';
import { join, resolve } from 'path';

const product = 'src/main.ts';
const gone = { throwIfNoEntry: false };
const besides = ['package-lock.json', 'scripts/build-product.ts', 'scripts/built.mjs'];

/** What Node is given to run one of our programs, and where it keeps what it makes of that code. */
export function programOf(root, script) {
  const built = script === product ? builtFolder(root) : null;
  return built !== null && existsSync(join(built, 'main.mjs'))
    ? { file: join(built, 'main.mjs'), compiled: join(built, 'compiled'), isBuilt: true }
    : { file: resolve(root, script), compiled: join(root, '.cache', 'compiled'), isBuilt: false };
}

/** Where the product built of the present sources is, or will be. Other sources have another folder: what was built of them is not found. */
export function builtFolder(root) {
  return join(buildsFolder(root), stampOf(root));
}

export function buildsFolder(root) {
  return join(root, '.cache', 'built');
}

/**
 * The same for the same sources in the same place. By names, sizes and times, because each start asks: to read them all takes longer. The
 * paths are put together plainly for the same reason.
 */
function stampOf(root) {
  let facts = '';
  for (const file of besides.map((name) => `${root}/${name}`).concat(sourcesBelow(`${root}/src`, []))) {
    // An editor's lock may be a link to nothing.
    const found = statSync(file, gone);
    facts += found === undefined ? `${file}\n` : `${file}\0${found.size}\0${found.mtimeMs}\n`;
  }
  return createHash('sha256').update(facts).digest('hex').slice(0, 32);
}

/** Without tests. */
function sourcesBelow(folder, found) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      sourcesBelow(path, found);
    } else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')) {
      found.push(path);
    }
  }
  return found;
}
