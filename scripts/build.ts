import { readdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProduct } from './build-product.ts';

/** Builds the product of its source and reads what was built, so that Node keeps what it makes of it: the next start runs it. */
const folder = await buildProduct(join(import.meta.dirname, '..'));
enableCompileCache(join(folder, 'compiled'));
// Programs do something when they are read; they are small.
const read = readdirSync(folder).filter((name) => name.endsWith('.mjs') && !/^(?:main|scan-thread)\./u.test(name));
await Promise.all(read.map((name) => import(pathToFileURL(join(folder, name)).href)));
