import { describe, expect, test } from 'vitest';
import { embeddedFolder } from './config-early.ts';
import { ConfigError, readClientConfig, readConfig, variableNames } from './config.ts';
import { clientVariables, serverVariables } from './contracts/environment.ts';

test('without any variable Patchboard runs on loopback with a database of its own', () => {
  expect(readConfig({})).toMatchObject({
    databaseUrl: null,
    host: '127.0.0.1',
    port: 4180,
    publicUrl: null,
    secretKey: null,
    allowedNetworks: [],
    roles: ['web', 'worker'],
    pollSeconds: 120,
    quarantineSeconds: 185,
    entraAuthority: 'https://login.microsoftonline.com',
    warnings: [],
  });
});

test('an empty variable counts as absent', () => {
  const found = readConfig({ DATABASE_URL: '', PATCHBOARD_PORT: ' ', PATCHBOARD_ROLES: '' });

  expect({ ...found, inherited: {} }).toEqual(readConfig({}));
});

test.each([{}, { PATCHBOARD_DATA: 'elsewhere' }, { PATCHBOARD_DATA: ' ', DATABASE_URL: '' }, { DATABASE_URL: 'postgres://db/patchboard' }])(
  'the database that is begun early is the one that is configured: %j',
  (env) => {
    const { databaseUrl, dataFolder } = readConfig(env);

    expect(embeddedFolder(env)).toBe(databaseUrl === null ? dataFolder : null);
  },
);

test('lists are separated by commas, with or without blanks', () => {
  const config = readConfig({
    PATCHBOARD_ALLOWED_NETWORKS: '10.0.0.0/8, 127.0.0.1/32,fd00::/8',
    PATCHBOARD_ROLES: 'worker',
  });

  expect(config.allowedNetworks).toEqual(['10.0.0.0/8', '127.0.0.1/32', 'fd00::/8']);
  expect(config.roles).toEqual(['worker']);
});

test('an address loses the slash at its end', () => {
  expect(readConfig({ PATCHBOARD_PUBLIC_URL: 'https://patchboard.example.com/' }).publicUrl).toBe(
    'https://patchboard.example.com',
  );
});

describe('a wrong value', () => {
  test.each([
    ['DATABASE_URL', 'mysql://host/db', 'postgres://'],
    ['PATCHBOARD_HOST', 'http://localhost:4180', 'without http://'],
    ['PATCHBOARD_PORT', '70000', 'from 0 to 65535'],
    ['PATCHBOARD_PORT', '4180.5', 'whole number'],
    ['PATCHBOARD_PUBLIC_URL', 'patchboard.example.com', 'like https://'],
    ['PATCHBOARD_PUBLIC_URL', 'https://name:word@example.com', 'not a web address'],
    ['PATCHBOARD_SECRET_KEY', 'short', 'openssl rand -base64 32'],
    ['PATCHBOARD_BOOTSTRAP_TOKEN', 'short', 'openssl rand -hex 32'],
    ['PATCHBOARD_BOOTSTRAP_TOKEN', 'long enough but with blanks in between', 'blanks'],
    ['PATCHBOARD_ALLOWED_NETWORKS', '10.0.0.0/8,10.1.2.3', '“10.1.2.3”'],
    ['PATCHBOARD_ROLES', 'web,boss', 'web,worker'],
    ['PATCHBOARD_POLL_SECONDS', '4', 'from 5'],
    ['PATCHBOARD_QUARANTINE_SECONDS', '-1', 'whole number'],
    ['PATCHBOARD_ENTRA_AUTHORITY', 'login.microsoftonline.com', 'https://login.microsoftonline.com'],
    ['PATCHBOARD_LOG', 'loud', 'error, warn, info, debug'],
  ])('of %s (%s) is told with its name and how to mend it', (name, value, how) => {
    const problems = problemsOf({ [name]: value });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} `, 'u'));
    expect(problems[0]).toContain(how);
  });

  test('never repeats a secret', () => {
    expect(
      problemsOf({ PATCHBOARD_SECRET_KEY: 'swordfish', PATCHBOARD_BOOTSTRAP_TOKEN: 'swordfish' }).join(),
    ).not.toContain('swordfish');
  });

  test('does not hide the next one', () => {
    expect(problemsOf({ PATCHBOARD_PORT: 'x', PATCHBOARD_POLL_SECONDS: 'y' })).toHaveLength(2);
  });
});

test('a variable that is spelt wrong is pointed out', () => {
  expect(readConfig({ PATCHBOARD_POLL_SECOND: '5' }).warnings[0]).toContain('PATCHBOARD_POLL_SECOND is set');
});

test('the command line talks to the local Patchboard unless it is told of another', () => {
  expect(readClientConfig({})).toEqual({ url: 'http://127.0.0.1:4180', token: null });
  expect(readClientConfig({ PATCHBOARD_URL: 'https://one.example/', PATCHBOARD_TOKEN: 'abc' })).toEqual({
    url: 'https://one.example',
    token: 'abc',
  });
});

test('the words about variables are of those that are read, and their defaults are what holds without them', () => {
  const words = [...serverVariables, ...clientVariables];

  expect(words.map(({ name }) => name)).toEqual(variableNames);
  const told = Object.fromEntries(words.map(({ name, fallback }) => [name, fallback ?? '']));
  expect({ ...readConfig(told), inherited: {} }).toEqual({ ...readConfig({}), inherited: {} });
  expect(readClientConfig(told)).toEqual(readClientConfig({}));
});

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
}
