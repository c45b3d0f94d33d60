import { expect, test } from 'vitest';
import { credentials, rootOf, settings } from './organization-url.ts';

test.each([
  ['fabrikam', 'https://dev.azure.com/fabrikam'],
  [' fabrikam ', 'https://dev.azure.com/fabrikam'],
  ['https://dev.azure.com/fabrikam', 'https://dev.azure.com/fabrikam'],
  ['https://dev.azure.com/fabrikam/Web%20shop/_boards/board/t/Team/Stories', 'https://dev.azure.com/fabrikam'],
  ['dev.azure.com/fabrikam/', 'https://dev.azure.com/fabrikam'],
  ['https://fabrikam.visualstudio.com/DefaultCollection/Shop', 'https://dev.azure.com/fabrikam'],
  ['fabrikam.visualstudio.com', 'https://dev.azure.com/fabrikam'],
  ['https://devops.example.com/tfs/DefaultCollection/Shop', 'https://devops.example.com/tfs/DefaultCollection'],
  ['https://devops.example.com:8080/Collection%20One', 'https://devops.example.com:8080/Collection%20One'],
])('%s is %s', (typed, root) => {
  const stored = settings.parse({ organization: typed });

  expect(rootOf(stored)).toBe(root);
  expect(settings.parse(stored)).toEqual(stored);
});

test('a server may be given apart from its collection', () => {
  const stored = settings.parse({ organization: 'My Collection', url: 'https://devops.example.com/tfs/' });

  expect(rootOf(stored)).toBe('https://devops.example.com/tfs/My%20Collection');
  expect(settings.parse(stored)).toEqual(stored);
});

test.each(['', 'https://dev.azure.com', 'ftp://x/y', 'https://me:secret@dev.azure.com/fabrikam', '???'])(
  '“%s” names no organization, and the form says what to give',
  (typed) => {
    expect(settings.safeParse({ organization: typed }).success).toBe(false);
  },
);

test('there are three ways in, and no mixture of them', () => {
  const app = { clientId: '0b6f2f2e-7a3d-4c55-9f3e-2f2a6d3b9e10', clientSecret: 's' };

  expect(credentials.safeParse({ personalAccessToken: 'x' }).success).toBe(true);
  expect(credentials.safeParse(app).success).toBe(true);
  expect(credentials.safeParse({ ...app, identity: 'service-principal', tenantId: 'fabrikam.example' }).success).toBe(true);
  expect(credentials.safeParse({ ...app, personalAccessToken: 'x' }).success).toBe(false);
  expect(credentials.safeParse({ ...app, clientId: 'the name of the app' }).success).toBe(false);
});
