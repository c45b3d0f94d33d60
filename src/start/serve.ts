import { isatty } from 'node:tty';
import type { Config } from '../config.ts';
import { readConfig } from '../config.ts';
import { makeLog } from '../lib/log.ts';
import type { BegunDatabase } from './begin-database.ts';
import type { Product } from './product.ts';
import { startProduct } from './product.ts';

/** A second signal within this time is the echo of the first: a terminal and npm both pass Ctrl-C on. */
const echoMs = 1_000;
const stopMaxMs = 45_000;

/** Runs the product until somebody stops it. Answers the exit code. */
export async function serve(
  options: { readonly roles?: readonly ('web' | 'worker')[]; readonly begun?: BegunDatabase | null } = {},
): Promise<number> {
  const { begun = null } = options;
  const fromEnvironment = configBeside(begun);
  const config = { ...fromEnvironment, roles: options.roles ?? fromEnvironment.roles };
  const log = makeLog({ level: config.logLevel, forPeople: isatty(2) });
  for (const warning of config.warnings) {
    log.warn('configuration', { warning });
  }
  const farewell = listenForFarewell();
  const starting = startProduct(config, log, begun);
  const early = await Promise.race([starting.then(() => false), farewell.asked.then(() => true)]);
  const product = await starting;
  farewell.onImpatience(() => {
    product.abandon();
    process.exit(130);
  });
  watchForBugs(product, log);
  if (!early) {
    welcome(product, config.roles);
    await farewell.asked;
  }
  log('stopping', {});
  const bound = setTimeout(() => {
    log.error('stopping took too long', { stopMaxMs });
    product.abandon();
    process.exit(1);
  }, stopMaxMs);
  await product.stop();
  clearTimeout(bound);
  farewell.stop();
  log('stopped', {});
  return 0;
}

/** A database that was begun for nothing is ended in order; what is wrong is said at once. */
function configBeside(begun: BegunDatabase | null): Config {
  try {
    return readConfig();
  } catch (error) {
    void begun?.end();
    throw error;
  }
}

function welcome(product: Product, roles: readonly string[]): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (product.url === null) {
    say(`Patchboard works in the background (${roles.join(', ')}).`);
    return;
  }
  say(`Patchboard is ready at ${product.url}`);
  if (product.setupLink !== null) {
    say(`Make yourself its first administrator (the link works once): ${product.setupLink}`);
  }
  if (product.web.needed) {
    say('The web app is being built; the API works already.');
    product.web.done.then(
      (built) => built && say('The web app is built.'),
      (error: Error) => process.stderr.write(`${error.message}\n`),
    );
  }
}

interface Farewell {
  /** Resolves when somebody asks us to stop: by a signal, or because whoever started us is gone. */
  readonly asked: Promise<void>;
  onImpatience(act: () => void): void;
  stop(): void;
}

function listenForFarewell(): Farewell {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  let impatient = () => process.exit(130);
  const ask = () => {
    const now = Date.now();
    firstAt ??= now;
    if (now - firstAt > echoMs) {
      impatient();
    }
    resolve();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) {
    process.on(name, ask);
  }
  if (process.channel !== undefined) {
    process.once('disconnect', resolve);
  }
  return {
    asked: promise,
    onImpatience: (act) => {
      impatient = act as () => never;
    },
    stop: () => {
      for (const name of signals) {
        process.off(name, ask);
      }
      process.off('disconnect', resolve);
    },
  };
}

/** A bug that nobody caught: said, and the end, so that a fresh process takes over. The next start recovers. */
function watchForBugs(product: Product, log: ReturnType<typeof makeLog>): void {
  process.on('uncaughtException', (error) => {
    log.error('bug', { error });
    product.abandon();
    process.exit(70);
  });
}
