/** A variable of the environment, as help texts and the reference page tell it. */
export interface VariableWords {
  readonly name: string;
  readonly meaning: string;
  /** What holds where it is absent; null: nothing. */
  readonly fallback: string | null;
}

/** What `serve` and `work` read. */
export const serverVariables: readonly VariableWords[] = [
  {
    name: 'DATABASE_URL',
    meaning: 'a PostgreSQL server (15 or newer); absent: an embedded PostgreSQL in `PATCHBOARD_DATA`',
    fallback: null,
  },
  {
    name: 'PATCHBOARD_DATA',
    meaning: 'folder of the embedded database, of the generated secret key, and of `commands.json`',
    fallback: './data',
  },
  { name: 'PATCHBOARD_HOST', meaning: 'the address that is listened on', fallback: '127.0.0.1' },
  { name: 'PATCHBOARD_PORT', meaning: 'the port; 0 takes a free one', fallback: '4180' },
  {
    name: 'PATCHBOARD_PUBLIC_URL',
    meaning:
      'the address that trackers and browsers use: webhook and login addresses are made of it; absent: the one that is listened on',
    fallback: null,
  },
  {
    name: 'PATCHBOARD_SECRET_KEY',
    meaning:
      'key of the sealed credentials, at least 32 characters; absent: generated once into the data folder, mode 0600',
    fallback: null,
  },
  {
    name: 'PATCHBOARD_BOOTSTRAP_TOKEN',
    meaning: 'an administrator’s API token that exists from the first start; at least 32 characters',
    fallback: null,
  },
  {
    name: 'PATCHBOARD_ALLOWED_NETWORKS',
    meaning: 'private networks (CIDR, separated by commas) which trackers may live in; absent: none',
    fallback: null,
  },
  { name: 'PATCHBOARD_ROLES', meaning: 'what this process does: `web`, `worker`, or both', fallback: 'web,worker' },
  {
    name: 'PATCHBOARD_POLL_SECONDS',
    meaning: 'how often each connection is asked for changes, at least 5; trackers’ limits may stretch it',
    fallback: '120',
  },
  {
    name: 'PATCHBOARD_QUARANTINE_SECONDS',
    meaning: 'how long nobody may conclude that a create of unknown outcome did not happen',
    fallback: '185',
  },
  {
    name: 'PATCHBOARD_ENTRA_AUTHORITY',
    meaning: 'where people log in with Microsoft Entra ID; sovereign clouds have their own',
    fallback: 'https://login.microsoftonline.com',
  },
  { name: 'PATCHBOARD_LOG', meaning: 'the log’s level: `error`, `warn`, `info`, `debug` or `silent`', fallback: 'info' },
];

/** What commands read that speak to a running Patchboard. */
export const clientVariables: readonly VariableWords[] = [
  { name: 'PATCHBOARD_URL', meaning: 'the address of a running Patchboard', fallback: 'http://127.0.0.1:4180' },
  { name: 'PATCHBOARD_TOKEN', meaning: 'an API token: who you are there', fallback: null },
];
