import { spawnSync } from 'node:child_process';
import { chmodSync, lchownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How PostgreSQL, which refuses to run as root, is started here. */
export interface Runner {
  readonly kind: 'direct' | 'namespace' | 'account';
  /** Words before the program's own. */
  readonly prefix: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** Hands a folder, and all in it, to the account that will use it. */
  readonly own: (folder: string) => void;
  /** Lets that account pass through a folder to what it owns inside. */
  readonly admit: (folder: string) => void;
}

const nobody = 65534;

/** Not root: as we are. Root: in a user namespace (files stay root's), else as the account `nobody`. */
export function findRunner(binaries: string): Runner {
  if (process.getuid?.() !== 0) {
    return { kind: 'direct', prefix: [], own: () => {}, admit: () => {} };
  }
  const namespace: Runner = {
    kind: 'namespace',
    prefix: ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`, '--'],
    own: (folder) => handOver(folder, { uid: 0, gid: 0 }),
    admit: () => {},
  };
  if (works(namespace, binaries)) {
    return namespace;
  }
  const owner = accountOfNobody();
  const account: Runner = {
    kind: 'account',
    prefix: [],
    ...owner,
    own: (folder) => handOver(folder, owner),
    // Passed through, not listed; what else is in there (the secret key) has a mode of its own.
    admit: (folder) => chmodSync(folder, 0o711),
  };
  if (works(account, binaries)) {
    return account;
  }
  throw new Error(
    `PostgreSQL does not run as root, user namespaces are closed here, and the account "nobody" may not read ${binaries}. Start Patchboard as an ordinary user, put it where every account may read it (not below a home folder of mode 0700), or set DATABASE_URL.`,
  );
}

function works(runner: Runner, binaries: string): boolean {
  const [program = '', ...words] = [...runner.prefix, join(binaries, 'postgres'), '--version'];
  const { status } = spawnSync(program, words, {
    stdio: 'ignore',
    cwd: '/',
    uid: runner.uid,
    gid: runner.gid,
  });
  return status === 0;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

function accountOfNobody(): Owner {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? nobody), gid: Number(gid ?? nobody) };
}

/** A folder that was used another way before (another kernel, another container) changes hands as a whole. */
function handOver(folder: string, { uid, gid }: Owner): void {
  if (statSync(folder).uid === uid) {
    return;
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(folder, name), uid, gid);
  }
  // Last, so that a change of hands that was cut short begins anew.
  lchownSync(folder, uid, gid);
}
