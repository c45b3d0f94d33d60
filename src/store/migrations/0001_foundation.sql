-- safe: the first migration; nothing exists before it.

-- The one row that says which installation this database belongs to.
create table instance (
  single boolean primary key default true check (single),
  id uuid not null,
  created_at timestamptz not null default now(),
  -- Fingerprint of the deployment (kept outside the database) that may write to trackers. A copy started elsewhere differs.
  sync_owner text,
  -- Grows whenever committed rows may have been lost (failover, restore): creates are quarantined.
  epoch bigint not null default 0,
  key_canary bytea
);

create table settings (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);

-- ---- People ----

create table users (
  id uuid primary key,
  email text not null,
  name text not null,
  role text not null check (role in ('administrator', 'analyst', 'developer', 'viewer')),
  password_hash text,
  issuer text,
  subject text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz,
  disabled_at timestamptz
);
create unique index users_email on users (lower(email));
create unique index users_subject on users (issuer, subject) where subject is not null;

create table sessions (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  address text,
  agent text
);
create index sessions_user on sessions (user_id);

create table api_tokens (
  id uuid primary key,
  name text not null,
  token_hash bytea not null unique,
  role text not null check (role in ('administrator', 'analyst', 'developer', 'viewer')),
  -- Empty: all that the role may. Else only these, for example {scan:upload}.
  scopes text[] not null default '{}',
  asset_ids uuid[],
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- One row at most: the first administrator's claim.
create table setup (
  single boolean primary key default true check (single),
  token_hash bytea,
  expires_at timestamptz,
  claimed_at timestamptz,
  claimed_by uuid references users on delete set null
);

create table audit_log (
  id uuid primary key,
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('person', 'token', 'system')),
  actor_id text,
  actor_name text not null,
  act text not null,
  subject text,
  detail jsonb not null default '{}',
  address text,
  correlation_id text
);
create index audit_log_at on audit_log (at desc, id desc);

-- ---- Assets and scans ----

create table assets (
  id uuid primary key,
  name text not null,
  key text not null unique,
  repository_url text,
  default_branch text not null default 'main',
  criticality text check (criticality in ('critical', 'high', 'medium', 'low')),
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table scopes (
  id uuid primary key,
  asset_id uuid not null references assets on delete cascade,
  tool text not null,
  branch text not null,
  category text not null default '',
  created_at timestamptz not null default now(),
  last_scan_at timestamptz,
  last_complete_scan_id uuid,
  last_complete_at timestamptz,
  last_findings integer,
  retired_at timestamptz,
  retired_because text,
  unique (asset_id, tool, branch, category)
);

create table scans (
  id uuid primary key,
  asset_id uuid not null references assets on delete cascade,
  kind text not null default 'report' check (kind in ('report', 'retest', 'entry', 'assessment')),
  status text not null check (status in ('planned', 'running', 'queued', 'processing', 'completed', 'held', 'failed')),
  trigger text not null check (trigger in ('ci', 'scheduled', 'manual')),
  coverage text not null check (coverage in ('complete', 'partial')),
  format text,
  tool text,
  branch text not null,
  category text not null default '',
  commit text,
  author text,
  evidence text,
  idempotency_key text,
  uploaded_by text,
  started_at timestamptz not null,
  started_at_given boolean not null default false,
  received_at timestamptz not null default now(),
  finished_at timestamptz,
  report_bytes bigint,
  report_complete boolean not null default false,
  progress jsonb not null default '{"findings": 0}',
  summary jsonb,
  error jsonb,
  unique (asset_id, idempotency_key),
  check (status <> 'failed' or error is not null)
);
create index scans_asset on scans (asset_id, started_at desc, id desc);
create index scans_started on scans (started_at desc, id desc);
create index scans_waiting on scans (asset_id, started_at) where status in ('queued', 'processing');

-- Uploaded bytes as they came, in order, until the scan is done and its retention is over.
create table report_chunks (
  scan_id uuid not null references scans on delete cascade,
  seq integer not null,
  bytes bytea not null,
  primary key (scan_id, seq)
);
alter table report_chunks alter column bytes set storage external;

create table scan_scopes (
  scan_id uuid not null references scans on delete cascade,
  scope_id uuid not null references scopes on delete cascade,
  outcome text not null check (outcome in ('succeeded', 'failed')),
  complete boolean not null,
  findings integer not null default 0,
  primary key (scan_id, scope_id)
);

-- ---- Vulnerabilities ----

create table vulnerabilities (
  id bigint generated by default as identity primary key,
  asset_id uuid not null references assets on delete cascade,
  title text not null,
  description text not null default '',
  description_format text not null default 'text' check (description_format in ('text', 'markdown')),
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  severity_rank smallint not null generated always as (
    case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end
  ) stored,
  severity_set_by text,
  status text not null check (
    status in ('identified', 'in_progress', 'awaiting_validation', 'fixed', 'risk_accepted', 'false_positive')
  ),
  status_changed_at timestamptz not null,
  -- Since when the status speaks: start of the scan that set it, else the moment of the act (core/lifecycle Standing.asOf).
  status_as_of timestamptz not null,
  -- The timeline entry that caused the present status: no status without its cause.
  status_entry_id uuid not null,
  fixed_by_scan_id uuid references scans,
  decided_by text,
  reason text,
  accepted_until timestamptz,
  finding_kind text not null default 'code',
  tool text,
  rule_id text,
  cwe integer[] not null default '{}',
  cve text[] not null default '{}',
  advisories text[] not null default '{}',
  location jsonb not null default '{"kind": "none"}',
  snippet text,
  evidence jsonb not null default '{}',
  impact text,
  remediation text,
  reference_urls text[] not null default '{}',
  created_at timestamptz not null default now(),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  due_at timestamptz,
  -- Grows with every change that a card may show; what a sync decided on is compared with it.
  version bigint not null default 1,
  merged_into bigint references vulnerabilities,
  check (status <> 'fixed' or fixed_by_scan_id is not null),
  check (status = 'fixed' or fixed_by_scan_id is null),
  check (status not in ('risk_accepted', 'false_positive') or (decided_by is not null and reason is not null)),
  check (accepted_until is null or status = 'risk_accepted')
);
create index vulnerabilities_asset on vulnerabilities (asset_id, status, severity_rank, id);
create index vulnerabilities_severity on vulnerabilities (severity_rank, id);
create index vulnerabilities_last_seen on vulnerabilities (last_seen_at, id);
create index vulnerabilities_status on vulnerabilities (status, severity_rank, id);
create index vulnerabilities_expiry on vulnerabilities (accepted_until) where accepted_until is not null;

create table timeline (
  id uuid primary key,
  vulnerability_id bigint not null references vulnerabilities on delete cascade,
  at timestamptz not null,
  kind text not null check (
    kind in ('status', 'severity', 'detection', 'card', 'drift', 'conflict', 'link', 'comment', 'merge', 'edit')
  ),
  actor_kind text not null check (actor_kind in ('scan', 'person', 'card', 'expiry', 'system')),
  actor_name text not null,
  from_status text,
  to_status text,
  cause_kind text not null check (cause_kind in ('scan', 'card', 'person', 'expiry', 'system')),
  cause jsonb not null default '{}',
  note text,
  correlation_id text,
  check (kind <> 'status' or to_status is not null),
  -- Fixed is set by a scan alone.
  check (kind <> 'status' or to_status <> 'fixed' or cause_kind = 'scan')
);
create index timeline_vulnerability on timeline (vulnerability_id, at desc, id desc);
create index timeline_at on timeline (at);
alter table vulnerabilities
  add constraint vulnerabilities_status_entry foreign key (status_entry_id) references timeline (id)
  deferrable initially deferred;

-- A status never changes without a new timeline entry of its own.
create function vulnerabilities_status_needs_entry() returns trigger language plpgsql as $$
begin
  if new.status is distinct from old.status and new.status_entry_id is not distinct from old.status_entry_id then
    raise exception 'a status changes only together with its timeline entry' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger vulnerabilities_status_entry before update of status on vulnerabilities
  for each row execute function vulnerabilities_status_needs_entry();

-- What one scope knows of one vulnerability: detection state, evidence for matching.
create table detections (
  vulnerability_id bigint not null references vulnerabilities on delete cascade,
  scope_id uuid not null references scopes on delete cascade,
  state text not null check (state in ('detected', 'not_detected', 'unknown')),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  last_seen_scan_id uuid,
  -- The complete scan which did not see it, newer than last_seen_at.
  missed_scan_id uuid,
  missed_at timestamptz,
  occurrences integer not null default 1,
  -- core/matching Features of the latest sighting, and the version of the algorithm that made them.
  features jsonb not null default '[]',
  feature_version integer not null default 1,
  primary key (vulnerability_id, scope_id)
);
create index detections_scope on detections (scope_id, vulnerability_id);

-- Keys by which a scan's findings find their candidates without loading a whole scope.
create table match_keys (
  scope_id uuid not null references scopes on delete cascade,
  key text not null,
  vulnerability_id bigint not null references vulnerabilities on delete cascade,
  primary key (scope_id, key, vulnerability_id)
);
create index match_keys_vulnerability on match_keys (vulnerability_id);

-- Immutable evidence: one raw result in one scan.
create table findings (
  scan_id uuid not null references scans on delete cascade,
  ordinal integer not null,
  scope_id uuid not null,
  vulnerability_id bigint references vulnerabilities on delete set null,
  stage text,
  raw jsonb not null,
  primary key (scan_id, ordinal)
);
create index findings_vulnerability on findings (vulnerability_id, scan_id);

-- ---- Connections and configurations ----

create table connections (
  id uuid primary key,
  tracker text not null,
  name text not null,
  settings jsonb not null,
  origin text not null,
  credentials bytea,
  severity_mapping jsonb not null,
  state text not null default 'active' check (state in ('active', 'paused', 'unauthorized', 'deleted')),
  state_because text,
  state_changed_at timestamptz not null default now(),
  -- The token stands in the webhook's address: found by digest, shown again from the sealed copy.
  webhook_token_hash bytea not null unique,
  webhook_token bytea not null,
  webhook_secrets bytea,
  subscriptions jsonb not null default '[]',
  change_cursor text,
  swept_at timestamptz,
  inventory_cursor text,
  inventory_at timestamptz,
  inventory_started_at timestamptz,
  last_event_at timestamptz,
  last_pull_at timestamptz,
  last_push_at timestamptz,
  last_fault jsonb,
  throttled_until timestamptz,
  identity text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table oauth_tokens (
  connection_id uuid primary key references connections on delete cascade,
  sealed bytea not null,
  version bigint not null default 1,
  expires_at timestamptz not null,
  refresh_expires_at timestamptz,
  obtained_at timestamptz not null default now(),
  refresh_lease_until timestamptz not null default '-infinity'
);

create table oauth_logins (
  state_hash bytea primary key,
  connection_id uuid not null references connections on delete cascade,
  -- The session or API token that began it; nobody else may finish it.
  begun_by text not null,
  code_verifier bytea not null,
  redirect_uri text not null,
  expires_at timestamptz not null
);

create table configurations (
  id uuid primary key,
  connection_id uuid not null references connections on delete cascade,
  scope text not null check (scope in ('default', 'custom')),
  target jsonb not null,
  target_labels jsonb not null default '{}',
  status_mapping jsonb not null,
  remote_labels jsonb not null default '{}',
  severity_mapping jsonb,
  field_defaults jsonb not null default '{}',
  create_on text not null default 'identified' check (create_on in ('identified', 'assessment_completed')),
  minimum_severity text check (minimum_severity in ('critical', 'high', 'medium', 'low', 'informational')),
  board_decisions text not null default 'apply' check (board_decisions in ('apply', 'ask')),
  due_dates boolean not null default false,
  -- Raised by every edit: a visit that decided on an older one decides again.
  version bigint not null default 1,
  -- What is wrong with it today (a column that is gone …); null: nothing.
  attention jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index configurations_default on configurations (connection_id) where scope = 'default' and deleted_at is null;

create table configuration_assets (
  configuration_id uuid not null references configurations on delete cascade,
  connection_id uuid not null references connections on delete cascade,
  asset_id uuid not null references assets on delete cascade,
  primary key (connection_id, asset_id)
);
create index configuration_assets_configuration on configuration_assets (configuration_id);
create index configuration_assets_asset on configuration_assets (asset_id);

-- ---- Sync ----

create table links (
  id uuid primary key,
  vulnerability_id bigint not null references vulnerabilities on delete cascade,
  connection_id uuid not null references connections on delete cascade,
  configuration_id uuid references configurations on delete set null,
  state text not null default 'pending' check (
    state in ('pending', 'linked', 'lost', 'inaccessible', 'held', 'detached', 'duplicated')
  ),
  state_because text,
  marker text not null unique,
  -- Raised when a person asks for a new card: the next marker differs from the old card's.
  generation integer not null default 1,
  card_ref text,
  -- The card as last read (contracts/tracker Card).
  card jsonb,
  -- What a create under way was sent with; kept until its outcome is known.
  intent jsonb,
  attempts integer not null default 0,
  quarantine_until timestamptz not null default '-infinity',
  -- The last agreed pair (core/sync Base).
  base jsonb,
  base_order bigint,
  misses integer not null default 0,
  missed_since timestamptz,
  -- Automatic changes of the last hour, for the breaker.
  recent_writes timestamptz[] not null default '{}',
  drift jsonb,
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (vulnerability_id, connection_id),
  check (state <> 'linked' or card_ref is not null)
);
create unique index links_card on links (connection_id, card_ref) where card_ref is not null;
create index links_state on links (connection_id, state);
create index links_configuration on links (configuration_id);

-- Cards that carry one of our markers and are not the linked one: reported, never deleted.
create table orphan_cards (
  connection_id uuid not null references connections on delete cascade,
  card_ref text not null,
  marker text,
  link_id uuid references links on delete set null,
  kind text not null check (kind in ('duplicate', 'unknown', 'late')),
  card jsonb,
  seen_at timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (connection_id, card_ref)
);

create table inbox (
  id uuid primary key,
  connection_id uuid not null references connections on delete cascade,
  -- The sender's delivery id, else a digest of the body and its arrival minute.
  delivery_key text not null,
  received_at timestamptz not null default now(),
  headers jsonb not null default '{}',
  body bytea not null,
  event text,
  refs text[] not null default '{}',
  state text not null default 'pending' check (state in ('pending', 'done', 'dead', 'unmatched')),
  because text,
  processed_at timestamptz,
  unique (connection_id, delivery_key)
);
create index inbox_pending on inbox (connection_id, received_at) where state in ('pending', 'unmatched');

-- Sync activity: one intended or received change with all its attempts.
create table deliveries (
  id uuid primary key,
  connection_id uuid not null references connections on delete cascade,
  link_id uuid references links on delete set null,
  vulnerability_id bigint references vulnerabilities on delete set null,
  direction text not null check (direction in ('outbound', 'inbound')),
  act text not null,
  outcome text not null check (outcome in ('waiting', 'succeeded', 'failed', 'held', 'discarded', 'superseded')),
  error_class text,
  message text,
  hint text,
  detail jsonb not null default '{}',
  attempts integer not null default 0,
  next_at timestamptz,
  correlation_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  discarded_by text,
  discarded_because text
);
create index deliveries_at on deliveries (created_at desc, id desc);
create index deliveries_vulnerability on deliveries (vulnerability_id, created_at desc);
create index deliveries_link on deliveries (link_id, outcome);
create index deliveries_outcome on deliveries (outcome, created_at desc, id desc);

create table delivery_attempts (
  delivery_id uuid not null references deliveries on delete cascade,
  n integer not null,
  at timestamptz not null,
  fault text,
  message text,
  -- Redacted exchanges (contracts/tracker Exchange), bounded.
  exchanges jsonb not null default '[]',
  primary key (delivery_id, n)
);

create table holds (
  id uuid primary key,
  kind text not null check (
    kind in ('closure', 'board_decision', 'ambiguous_state', 'breaker', 'lost_cards', 'unsafe_start')
  ),
  state text not null default 'open' check (state in ('open', 'approved', 'rejected', 'superseded')),
  asset_id uuid references assets on delete cascade,
  scan_id uuid references scans on delete cascade,
  scope_id uuid references scopes on delete cascade,
  connection_id uuid references connections on delete cascade,
  link_id uuid references links on delete cascade,
  vulnerability_id bigint references vulnerabilities on delete cascade,
  summary text not null,
  detail jsonb not null default '{}',
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  decided_by text,
  note text
);
create index holds_open on holds (created_at desc, id desc) where state = 'open';
create unique index holds_open_link on holds (link_id, kind) where state = 'open' and link_id is not null;

create table jobs (
  id uuid primary key,
  kind text not null check (kind in ('backfill', 'move_cards')),
  configuration_id uuid not null references configurations on delete cascade,
  state text not null default 'running' check (state in ('running', 'paused', 'cancelled', 'completed', 'failed')),
  options jsonb not null default '{}',
  progress jsonb not null default '{}',
  cursor bigint not null default 0,
  created_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
create index jobs_configuration on jobs (configuration_id, created_at desc);

-- ---- Work between processes ----

-- What may run at once and how fast, per connection (lane = connection id) or per kind of inner work.
create table lanes (
  id text primary key,
  concurrency_max integer not null default 4,
  per_second double precision,
  burst double precision not null default 1,
  tokens double precision not null default 1,
  refilled_at timestamptz not null default now(),
  paused_until timestamptz not null default '-infinity'
);

create table work (
  kind text not null,
  key text not null,
  lane text not null references lanes on delete cascade,
  due_at timestamptz not null,
  -- Each wake-up adds one; a visit that began at an older count leaves the row due.
  wakes bigint not null default 1,
  lease_token bigint not null default 0,
  lease_until timestamptz,
  lease_wakes bigint,
  attempts integer not null default 0,
  because text,
  primary key (kind, key)
);
create index work_due on work (lane, due_at);
create index work_leased on work (lane, lease_until) where lease_until is not null;

insert into lanes (id, concurrency_max) values ('inner', 8), ('scan', 2), ('inbox', 4);
