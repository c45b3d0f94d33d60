/** A body for each request that has one, as the documents show it. The tests send them. */
export const examples: Readonly<Record<string, unknown>> = {
  'POST /api/v1/setup': {
    token: 'the-token-of-the-link-that-was-printed',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    password: 'a sentence nobody guesses',
  },
  'POST /api/v1/session': { email: 'ada@example.com', password: 'a sentence nobody guesses' },
  'POST /api/v1/me/password': {
    currentPassword: 'a sentence nobody guesses',
    newPassword: 'another sentence nobody guesses',
  },
  'POST /api/v1/users': {
    email: 'grace@example.com',
    name: 'Grace Hopper',
    role: 'developer',
    password: 'a sentence nobody guesses',
  },
  'PATCH /api/v1/users/{id}': { role: 'analyst' },
  'POST /api/v1/tokens': {
    name: 'Pipeline of the web shop',
    scopes: ['scan:upload'],
    expiresAt: '2036-12-31T00:00:00Z',
  },
  'PUT /api/v1/single-sign-on': {
    label: 'Acme',
    issuer: 'https://login.example.com',
    clientId: 'patchboard',
    clientSecret: 'what-the-provider-gave',
    allowedDomains: ['example.com'],
    roleByGroup: [{ group: 'security', role: 'analyst' }],
    defaultRole: 'viewer',
  },
  'PATCH /api/v1/settings': {
    titlePrefix: '[CONVISO]',
    dueDays: { critical: 15, high: 30, medium: 90, low: 180, informational: null },
    activityDays: 90,
  },
  'POST /api/v1/assets': {
    name: 'Web shop',
    key: 'web-shop',
    repositoryUrl: 'https://git.example.com/shop/web',
    defaultBranch: 'main',
    criticality: 'high',
    tags: ['team-checkout'],
  },
  'PATCH /api/v1/assets/{id}': { criticality: 'critical', tags: ['team-checkout', 'public'] },
  'POST /api/v1/assets/{id}/vulnerabilities': {
    title: 'Coupons can be used twice',
    description: 'Two orders at the same moment both get the discount.',
    severity: 'high',
    location: { url: 'https://shop.example.com/checkout', method: 'POST', parameter: 'coupon' },
    cwe: [362],
    remediation: 'Lock the coupon while an order uses it.',
  },
  'POST /api/v1/assets/{id}/schedules': schedule(),
  'PUT /api/v1/schedules/{id}': schedule(),
  'POST /api/v1/assets/{id}/retests': {
    startedAt: '2026-11-24T09:30:00Z',
    author: 'Ada Lovelace',
    evidence: 'Sent fifty orders at once; one got the discount.',
    results: [{ vulnerabilityId: '1', outcome: 'not_detected' }],
  },
  'POST /api/v1/vulnerabilities/{id}/status': {
    status: 'risk_accepted',
    reason: 'The shop closes in March.',
    expiresAt: '2036-03-31T00:00:00Z',
  },
  'POST /api/v1/vulnerabilities/{id}/comments': { text: 'The fix is on its way: see the pull request.' },
  'POST /api/v1/assets/{id}/assessments': { title: 'Pentest of the checkout', description: 'Grey box, two weeks.', plannedFor: '2026-12-01T09:00:00Z' },
  'POST /api/v1/assessments/{id}/complete': { evidence: 'Report of 14 December.', results: [{ vulnerabilityId: '1', outcome: 'detected' }] },
  'POST /api/v1/scopes/{id}/retire': { reason: 'Semgrep took its place.', closeMissed: false },
  'POST /api/v1/scopes/{id}/merge': { into: '7d0f0c7e-9f6b-4c25-8a55-3d9d6c8a1f10', reason: 'The pipeline has another name.' },
  'POST /api/v1/vulnerabilities/{id}/merge': { vulnerabilityIds: ['2'], reason: 'Both are the coupon that can be used twice.' },
  'POST /api/v1/vulnerabilities/{id}/split': { vulnerabilityId: '2', reason: 'They are mended in two places after all.' },
  'POST /api/v1/vulnerabilities/status': { ids: ['1', '2'], status: 'in_progress' },
  'POST /api/v1/views': { name: 'Critical, overdue first', query: 'severity=critical', shared: false },
  'POST /api/v1/connections/{id}/drafts': { body: { step: 'target', scope: 'default', target: { workspace: '1' } } },
  'PUT /api/v1/drafts/{id}': { body: { step: 'status', scope: 'default' } },
  'POST /api/v1/connections': {
    tracker: 'businessmap',
    name: 'Board of the checkout team',
    settings: { url: 'https://example.kanbanize.com' },
    credentials: { apiKey: 'the key of an account of its own' },
  },
  'PATCH /api/v1/connections/{id}': { paused: true },
  'POST /api/v1/connections/{id}/remote-states': {
    target: { workspace: '1', board: '2', workflow: '3', lane: '4' },
  },
  'POST /api/v1/connections/{id}/configurations': configuration(),
  'POST /api/v1/connections/{id}/preview': configuration(),
  'PUT /api/v1/configurations/{id}': configuration(),
  'POST /api/v1/configurations/{id}/backfill': { minimumSeverity: 'high', perMinute: 30, limit: 500 },
  'POST /api/v1/configurations/{id}/backfill/estimate': { minimumSeverity: 'high', assetIds: ['key:web-shop'], perMinute: 30 },
  'POST /api/v1/jobs/{id}/resume': { perMinute: 10 },
  'POST /api/v1/links/{id}/attach': { ref: '1234' },
  'POST /api/v1/vulnerabilities/{id}/links': { connectionId: '7c9e6679-7425-40de-944b-e07fc1f90ae7', ref: '1234' },
  'POST /api/v1/orphan-cards/{id}/attach': {},
  'POST /api/v1/orphan-cards/{id}/ignore': { reason: 'The team made the copy on purpose.' },
  'POST /api/v1/deliveries/retry': { connectionId: '7c9e6679-7425-40de-944b-e07fc1f90ae7', errorClass: 'validation' },
  'POST /api/v1/deliveries/{id}/discard': { reason: 'The card was merged into another one.' },
  'POST /api/v1/holds/{id}/approve': { note: 'The module was removed; all of it is gone.' },
  'POST /api/v1/holds/{id}/reject': { note: 'The scanner ran on the wrong folder.' },
};

function schedule(): object {
  return {
    name: 'Nightly scan',
    starts: { kind: 'github', owner: 'example', repository: 'shop', workflow: 'scan.yml', ref: 'main', inputs: { depth: 'full' } },
    credentials: { token: 'a token that may run workflows' },
    cron: '0 3 * * *',
    timeZone: 'America/Sao_Paulo',
    onAwaitingValidation: true,
    reportWithinMinutes: 120,
  };
}

function configuration(): object {
  return {
    scope: 'default',
    target: { workspace: '1', board: '2', workflow: '3', lane: '4' },
    statusMapping: { identified: '10', inProgress: '11', awaitingValidation: '12', fixed: '13' },
    createOn: 'identified',
    minimumSeverity: 'medium',
    boardDecisions: 'ask',
    dueDates: true,
  };
}
