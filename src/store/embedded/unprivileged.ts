import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';

/** How PostgreSQL, which refuses to run as root, is started here. */
export interface Runner {
  readonly kind: 'direct' | 'namespace' | 'account';
  /** Words before the program's own. */
  readonly prefix: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** Hands a folder to the account that will use it. */
  readonly own: (folder: string) => void;
}

const nobody = 65534;

/** Not root: as we are. Root: in a user namespace (files stay root's), else as `nobody`. */
export function findRunner(): Runner {
  const keep = () => {};
  if (process.getuid?.() !== 0) {
    return { kind: 'direct', prefix: [], own: keep };
  }
  const words = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`, '--'];
  const probe = spawnSync(words[0] ?? '', [...words.slice(1), 'true'], { stdio: 'ignore' });
  if (probe.status === 0) {
    return { kind: 'namespace', prefix: words, own: keep };
  }
  const { uid, gid } = accountOfNobody();
  return { kind: 'account', prefix: [], uid, gid, own: (folder) => chownSync(folder, uid, gid) };
}

function accountOfNobody(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error(
      'PostgreSQL does not run as root, user namespaces are closed and there is no account "nobody". Start Patchboard as an ordinary user, or set DATABASE_URL.',
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}
