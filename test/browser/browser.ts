import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { putInPlace } from '../../scripts/put-in-place.ts';

/** How to start the browser that the tests use. */
export interface Browser {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

// The package's own flags run all in one process, which ends with the first page, and switch the same-origin policy off.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const packageFolder = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
const cache = join(import.meta.dirname, '..', '..', '.cache');
const archives = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'];

/** The browser of CHROME_PATH, else the one that npm brought, unpacked once into the project's cache. */
export function findBrowser(): Browser {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') {
    return { executablePath: chosen, args: flags, env: {} };
  }
  const folder = unpack();
  const executablePath = join(folder, 'chromium');
  return { executablePath, args: flags, env: { ...libraries(executablePath, folder), ...fonts(folder) } };
}

function unpack(): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(cache, `chromium-${version}`);
  if (existsSync(folder)) {
    return folder;
  }
  mkdirSync(cache, { recursive: true });
  sweep();
  const draft = mkdtempSync(join(cache, 'unpacking-'));
  const program = `
    const { inflate } = await import(process.argv[1]);
    await Promise.all(process.argv.slice(2).map((file) => inflate(file)));
  `;
  const entry = pathToFileURL(join(packageFolder, 'build', 'index.js')).href;
  const files = archives.map((name) => join(packageFolder, 'bin', name));
  // The package unpacks into the folder for temporary files and nowhere else.
  execFileSync(process.execPath, ['--input-type=module', '-e', program, entry, ...files], {
    env: { ...process.env, TMPDIR: draft },
  });
  chmodSync(join(draft, 'chromium'), 0o755);
  chmodSync(draft, 0o755);
  writeFontsFile(draft, folder);
  putInPlace(draft, folder);
  return folder;
}

/** Browsers of other versions, and what was cut off while it was unpacked. */
function sweep(): void {
  for (const name of readdirSync(cache)) {
    if (name.startsWith('chromium-')) {
      rmSync(join(cache, name), { recursive: true, force: true });
    }
  }
}

/** The package brings the few libraries that a bare machine lacks; a system that has them uses its own. */
function libraries(executablePath: string, folder: string): Readonly<Record<string, string>> {
  const brought = {
    LD_LIBRARY_PATH: [join(folder, 'al2023', 'lib'), process.env['LD_LIBRARY_PATH'] ?? '']
      .filter(Boolean)
      .join(':'),
  };
  const candidates = [{}, brought];
  const trials = candidates.map((env) => ({
    env,
    tried: () => spawnSync(executablePath, ['--version'], { env: { ...process.env, ...env } }),
  }));
  let words = '';
  for (const { env, tried } of trials) {
    const { status, stderr, error } = tried();
    if (status === 0) {
      return env;
    }
    words = error?.message ?? stderr.toString().trim();
  }
  throw new Error(
    `The browser for the tests does not start here: ${words}. Install a Chrome or Chromium and name it in CHROME_PATH.`,
  );
}

/** A machine without fonts draws no text at all. */
function fonts(folder: string): Readonly<Record<string, string>> {
  const hasOwn = existsSync('/etc/fonts/fonts.conf') && spawnSync('fc-list').stdout?.length > 0;
  return hasOwn ? {} : { FONTCONFIG_FILE: join(folder, 'fonts.xml') };
}

function writeFontsFile(draft: string, folder: string): void {
  writeFileSync(
    join(draft, 'fonts.xml'),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts', 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`,
  );
}
