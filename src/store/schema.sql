-- Generated from the migrations by `npm run schema`: to read, and to see in a review what a migration did.

create table api_tokens (
  id uuid not null,
  name text not null,
  token_hash bytea not null,
  role text not null,
  scopes text[] not null default '{}'::text[],
  asset_ids uuid[],
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_tokens_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'analyst'::text, 'developer'::text, 'viewer'::text]))),
  constraint api_tokens_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL,
  constraint api_tokens_pkey PRIMARY KEY (id),
  constraint api_tokens_token_hash_key UNIQUE (token_hash)
);

create table assessment_vulnerabilities (
  scan_id uuid not null,
  vulnerability_id bigint not null,
  constraint assessment_vulnerabilities_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scans(id) ON DELETE CASCADE,
  constraint assessment_vulnerabilities_vulnerability_id_fkey FOREIGN KEY (vulnerability_id) REFERENCES vulnerabilities(id) ON DELETE CASCADE,
  constraint assessment_vulnerabilities_pkey PRIMARY KEY (scan_id, vulnerability_id)
);
CREATE INDEX assessment_vulnerabilities_of ON public.assessment_vulnerabilities USING btree (vulnerability_id);

create table assets (
  id uuid not null,
  name text not null,
  key text not null,
  repository_url text,
  default_branch text not null default 'main'::text,
  criticality text,
  tags text[] not null default '{}'::text[],
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint assets_criticality_check CHECK ((criticality = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text]))),
  constraint assets_pkey PRIMARY KEY (id),
  constraint assets_key_key UNIQUE (key)
);
CREATE TRIGGER assets_announce AFTER INSERT OR DELETE OR UPDATE ON public.assets FOR EACH STATEMENT EXECUTE FUNCTION announce_change('assets');

create table audit_log (
  id uuid not null,
  at timestamp with time zone not null default now(),
  actor_kind text not null,
  actor_id text,
  actor_name text not null,
  act text not null,
  subject text,
  detail jsonb not null default '{}'::jsonb,
  address text,
  correlation_id text,
  constraint audit_log_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['person'::text, 'token'::text, 'system'::text]))),
  constraint audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_at ON public.audit_log USING btree (at DESC, id DESC);

create table configuration_assets (
  configuration_id uuid not null,
  connection_id uuid not null,
  asset_id uuid not null,
  constraint configuration_assets_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES assets(id) ON DELETE CASCADE,
  constraint configuration_assets_configuration_id_fkey FOREIGN KEY (configuration_id) REFERENCES configurations(id) ON DELETE CASCADE,
  constraint configuration_assets_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint configuration_assets_pkey PRIMARY KEY (connection_id, asset_id)
);
CREATE INDEX configuration_assets_asset ON public.configuration_assets USING btree (asset_id);
CREATE INDEX configuration_assets_configuration ON public.configuration_assets USING btree (configuration_id);

create table configuration_drafts (
  id uuid not null,
  connection_id uuid not null,
  configuration_id uuid,
  body jsonb not null,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint configuration_drafts_configuration_id_fkey FOREIGN KEY (configuration_id) REFERENCES configurations(id) ON DELETE CASCADE,
  constraint configuration_drafts_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint configuration_drafts_pkey PRIMARY KEY (id)
);
CREATE INDEX configuration_drafts_connection ON public.configuration_drafts USING btree (connection_id, updated_at DESC);

create table configurations (
  id uuid not null,
  connection_id uuid not null,
  scope text not null,
  target jsonb not null,
  target_labels jsonb not null default '{}'::jsonb,
  status_mapping jsonb not null,
  remote_labels jsonb not null default '{}'::jsonb,
  severity_mapping jsonb,
  field_defaults jsonb not null default '{}'::jsonb,
  create_on text not null default 'identified'::text,
  minimum_severity text,
  board_decisions text not null default 'apply'::text,
  due_dates boolean not null default false,
  version bigint not null default 1,
  attention jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  constraint configurations_board_decisions_check CHECK ((board_decisions = ANY (ARRAY['apply'::text, 'ask'::text]))),
  constraint configurations_create_on_check CHECK ((create_on = ANY (ARRAY['identified'::text, 'assessment_completed'::text]))),
  constraint configurations_minimum_severity_check CHECK ((minimum_severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text, 'informational'::text]))),
  constraint configurations_scope_check CHECK ((scope = ANY (ARRAY['default'::text, 'custom'::text]))),
  constraint configurations_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint configurations_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX configurations_default ON public.configurations USING btree (connection_id) WHERE ((scope = 'default'::text) AND (deleted_at IS NULL));
CREATE TRIGGER configurations_announce AFTER INSERT OR DELETE OR UPDATE ON public.configurations FOR EACH STATEMENT EXECUTE FUNCTION announce_change('configurations');

create table connections (
  id uuid not null,
  tracker text not null,
  name text not null,
  settings jsonb not null,
  origin text not null,
  credentials bytea,
  severity_mapping jsonb not null,
  state text not null default 'active'::text,
  state_because text,
  state_changed_at timestamp with time zone not null default now(),
  webhook_token_hash bytea not null,
  webhook_token bytea not null,
  webhook_secrets bytea,
  subscriptions jsonb not null default '[]'::jsonb,
  change_cursor text,
  swept_at timestamp with time zone,
  inventory_cursor text,
  inventory_at timestamp with time zone,
  inventory_started_at timestamp with time zone,
  last_event_at timestamp with time zone,
  last_pull_at timestamp with time zone,
  last_push_at timestamp with time zone,
  last_fault jsonb,
  throttled_until timestamp with time zone,
  identity text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  login_outcome jsonb,
  subscriptions_wanted boolean not null default false,
  subscriptions_url text,
  subscriptions_checked_at timestamp with time zone,
  subscriptions_fault text,
  subscriptions_lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  constraint connections_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'unauthorized'::text, 'deleted'::text]))),
  constraint connections_pkey PRIMARY KEY (id),
  constraint connections_webhook_token_hash_key UNIQUE (webhook_token_hash)
);
CREATE TRIGGER connections_announce AFTER INSERT OR DELETE OR UPDATE ON public.connections FOR EACH STATEMENT EXECUTE FUNCTION announce_change('connections');

create table daily_figures (
  day date not null,
  severity text not null,
  opened bigint not null,
  fixed bigint not null,
  days_to_fix double precision not null,
  status text not null default ''::text
);
CREATE INDEX daily_figures_of ON public.daily_figures USING btree (day, severity);

create table deliveries (
  id uuid not null,
  connection_id uuid not null,
  link_id uuid,
  vulnerability_id bigint,
  direction text not null,
  act text not null,
  outcome text not null,
  error_class text,
  message text,
  hint text,
  detail jsonb not null default '{}'::jsonb,
  attempts integer not null default 0,
  next_at timestamp with time zone,
  correlation_id text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  discarded_by text,
  discarded_because text,
  constraint deliveries_direction_check CHECK ((direction = ANY (ARRAY['outbound'::text, 'inbound'::text]))),
  constraint deliveries_outcome_check CHECK ((outcome = ANY (ARRAY['waiting'::text, 'succeeded'::text, 'failed'::text, 'held'::text, 'discarded'::text, 'superseded'::text]))),
  constraint deliveries_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint deliveries_link_id_fkey FOREIGN KEY (link_id) REFERENCES links(id) ON DELETE SET NULL,
  constraint deliveries_vulnerability_id_fkey FOREIGN KEY (vulnerability_id) REFERENCES vulnerabilities(id) ON DELETE SET NULL,
  constraint deliveries_pkey PRIMARY KEY (id)
);
CREATE INDEX deliveries_at ON public.deliveries USING btree (created_at DESC, id DESC);
CREATE INDEX deliveries_connection ON public.deliveries USING btree (connection_id, created_at DESC, id DESC);
CREATE INDEX deliveries_error ON public.deliveries USING btree (error_class, created_at DESC, id DESC) WHERE (error_class IS NOT NULL);
CREATE INDEX deliveries_link ON public.deliveries USING btree (link_id, outcome);
CREATE INDEX deliveries_outcome ON public.deliveries USING btree (outcome, created_at DESC, id DESC);
CREATE INDEX deliveries_vulnerability ON public.deliveries USING btree (vulnerability_id, created_at DESC);
CREATE UNIQUE INDEX deliveries_waiting ON public.deliveries USING btree (link_id) WHERE ((outcome = 'waiting'::text) AND (direction = 'outbound'::text));
CREATE TRIGGER deliveries_announce AFTER INSERT OR DELETE OR UPDATE ON public.deliveries FOR EACH STATEMENT EXECUTE FUNCTION announce_change('deliveries');

create table delivery_attempts (
  delivery_id uuid not null,
  n integer not null,
  at timestamp with time zone not null,
  fault text,
  message text,
  exchanges jsonb not null default '[]'::jsonb,
  constraint delivery_attempts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES deliveries(id) ON DELETE CASCADE,
  constraint delivery_attempts_pkey PRIMARY KEY (delivery_id, n)
);

create table detections (
  vulnerability_id bigint not null,
  scope_id uuid not null,
  state text not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  last_seen_scan_id uuid,
  missed_scan_id uuid,
  missed_at timestamp with time zone,
  occurrences integer not null default 1,
  constraint detections_state_check CHECK ((state = ANY (ARRAY['detected'::text, 'not_detected'::text, 'unknown'::text]))),
  constraint detections_scope_id_fkey FOREIGN KEY (scope_id) REFERENCES scopes(id) ON DELETE CASCADE,
  constraint detections_vulnerability_id_fkey FOREIGN KEY (vulnerability_id) REFERENCES vulnerabilities(id) ON DELETE CASCADE,
  constraint detections_pkey PRIMARY KEY (vulnerability_id, scope_id)
);
CREATE INDEX detections_scope ON public.detections USING btree (scope_id, vulnerability_id);

create table findings (
  scan_id uuid not null,
  ordinal integer not null,
  raw json not null,
  constraint findings_pkey PRIMARY KEY (scan_id, ordinal)
);

create table held_closures (
  hold_id uuid not null,
  vulnerability_id bigint not null,
  constraint held_closures_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES holds(id) ON DELETE CASCADE,
  constraint held_closures_pkey PRIMARY KEY (hold_id, vulnerability_id)
);

create table holds (
  id uuid not null,
  kind text not null,
  state text not null default 'open'::text,
  asset_id uuid,
  scan_id uuid,
  scope_id uuid,
  connection_id uuid,
  link_id uuid,
  vulnerability_id bigint,
  summary text not null,
  detail jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  decided_at timestamp with time zone,
  decided_by text,
  note text,
  constraint holds_kind_check CHECK ((kind = ANY (ARRAY['closure'::text, 'board_decision'::text, 'ambiguous_state'::text, 'breaker'::text, 'lost_cards'::text, 'unsafe_start'::text]))),
  constraint holds_state_check CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'rejected'::text, 'superseded'::text]))),
  constraint holds_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES assets(id) ON DELETE CASCADE,
  constraint holds_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint holds_link_id_fkey FOREIGN KEY (link_id) REFERENCES links(id) ON DELETE CASCADE,
  constraint holds_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scans(id) ON DELETE CASCADE,
  constraint holds_scope_id_fkey FOREIGN KEY (scope_id) REFERENCES scopes(id) ON DELETE CASCADE,
  constraint holds_vulnerability_id_fkey FOREIGN KEY (vulnerability_id) REFERENCES vulnerabilities(id) ON DELETE CASCADE,
  constraint holds_pkey PRIMARY KEY (id)
);
CREATE INDEX holds_link ON public.holds USING btree (link_id) WHERE (link_id IS NOT NULL);
CREATE INDEX holds_open ON public.holds USING btree (created_at DESC, id DESC) WHERE (state = 'open'::text);
CREATE UNIQUE INDEX holds_open_link ON public.holds USING btree (link_id, kind) WHERE ((state = 'open'::text) AND (link_id IS NOT NULL));
CREATE TRIGGER holds_announce AFTER INSERT OR DELETE OR UPDATE ON public.holds FOR EACH STATEMENT EXECUTE FUNCTION announce_change('holds');

create table identity_logins (
  state_hash bytea not null,
  browser_hash bytea not null,
  issuer text not null,
  nonce text not null,
  code_verifier bytea not null,
  user_id uuid,
  expires_at timestamp with time zone not null,
  constraint identity_logins_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint identity_logins_pkey PRIMARY KEY (state_hash)
);

create table identity_provider (
  single boolean not null default true,
  label text not null,
  issuer text not null,
  client_id text not null,
  client_secret bytea,
  allowed_domains text[] not null default '{}'::text[],
  groups_claim text not null default 'groups'::text,
  role_by_group jsonb not null default '[]'::jsonb,
  default_role text,
  passwords text not null default 'everybody'::text,
  enabled boolean not null default false,
  changed_at timestamp with time zone not null default now(),
  constraint identity_provider_default_role_check CHECK ((default_role = ANY (ARRAY['administrator'::text, 'analyst'::text, 'developer'::text, 'viewer'::text]))),
  constraint identity_provider_passwords_check CHECK ((passwords = ANY (ARRAY['everybody'::text, 'administrators'::text]))),
  constraint identity_provider_single_check CHECK (single),
  constraint identity_provider_pkey PRIMARY KEY (single)
);

create table inbox (
  id uuid not null,
  connection_id uuid not null,
  delivery_key text not null,
  received_at timestamp with time zone not null default now(),
  headers jsonb not null default '{}'::jsonb,
  body bytea not null,
  event text,
  refs text[] not null default '{}'::text[],
  state text not null default 'pending'::text,
  because text,
  processed_at timestamp with time zone,
  discarded_by text,
  constraint inbox_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'done'::text, 'dead'::text, 'unmatched'::text]))),
  constraint inbox_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint inbox_pkey PRIMARY KEY (id),
  constraint inbox_connection_id_delivery_key_key UNIQUE (connection_id, delivery_key)
);
CREATE INDEX inbox_pending ON public.inbox USING btree (connection_id, received_at) WHERE (state = ANY (ARRAY['pending'::text, 'unmatched'::text]));
CREATE INDEX inbox_received ON public.inbox USING btree (received_at DESC, id DESC);

create table instance (
  single boolean not null default true,
  id uuid not null,
  created_at timestamp with time zone not null default now(),
  sync_owner text,
  epoch bigint not null default 0,
  key_canary bytea,
  sync_place text,
  timeline text,
  taken_over_at timestamp with time zone,
  constraint instance_single_check CHECK (single),
  constraint instance_pkey PRIMARY KEY (single)
);

create table jobs (
  id uuid not null,
  kind text not null,
  configuration_id uuid not null,
  state text not null default 'running'::text,
  options jsonb not null default '{}'::jsonb,
  progress jsonb not null default '{}'::jsonb,
  cursor bigint not null default 0,
  created_by text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  because text,
  constraint jobs_kind_check CHECK ((kind = ANY (ARRAY['backfill'::text, 'move_cards'::text]))),
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['running'::text, 'paused'::text, 'cancelled'::text, 'completed'::text, 'failed'::text]))),
  constraint jobs_configuration_id_fkey FOREIGN KEY (configuration_id) REFERENCES configurations(id) ON DELETE CASCADE,
  constraint jobs_pkey PRIMARY KEY (id)
);
CREATE INDEX jobs_configuration ON public.jobs USING btree (configuration_id, created_at DESC);
CREATE TRIGGER jobs_announce AFTER INSERT OR DELETE OR UPDATE ON public.jobs FOR EACH STATEMENT EXECUTE FUNCTION announce_change('jobs');

create table kept_apart (
  vulnerability_id bigint not null,
  from_id bigint not null,
  kept_at timestamp with time zone not null default now(),
  kept_by text not null,
  constraint kept_apart_from_id_fkey FOREIGN KEY (from_id) REFERENCES vulnerabilities(id) ON DELETE CASCADE,
  constraint kept_apart_vulnerability_id_fkey FOREIGN KEY (vulnerability_id) REFERENCES vulnerabilities(id) ON DELETE CASCADE,
  constraint kept_apart_pkey PRIMARY KEY (vulnerability_id, from_id)
);
CREATE INDEX kept_apart_from ON public.kept_apart USING btree (from_id);

create table lanes (
  id text not null,
  concurrency_max integer not null default 4,
  per_second double precision,
  burst double precision not null default 1,
  tokens double precision not null default 1,
  refilled_at timestamp with time zone not null default now(),
  paused_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  depth integer not null default 1,
  constraint lanes_depth_check CHECK (((depth >= 1) AND (depth <= 16))),
  constraint lanes_pkey PRIMARY KEY (id)
);

create table last_seen (
  vulnerability_id bigint not null,
  at timestamp with time zone not null,
  open boolean not null,
  constraint last_seen_pkey PRIMARY KEY (vulnerability_id)
);
CREATE INDEX last_seen_at ON public.last_seen USING btree (at, vulnerability_id);
CREATE INDEX last_seen_open ON public.last_seen USING btree (at, vulnerability_id) WHERE open;

create table links (
  id uuid not null,
  vulnerability_id bigint not null,
  connection_id uuid not null,
  configuration_id uuid,
  state text not null default 'pending'::text,
  state_because text,
  marker text not null,
  generation integer not null default 1,
  card_ref text,
  card jsonb,
  intent jsonb,
  attempts integer not null default 0,
  quarantine_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  base jsonb,
  base_order bigint,
  misses integer not null default 0,
  missed_since timestamp with time zone,
  recent_writes timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  drift jsonb,
  last_synced_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  pending jsonb,
  attempted_at timestamp with time zone,
  card_created_at timestamp with time zone,
  parting text,
  job_id uuid,
  move_job_id uuid,
  move_state text,
  move_because text,
  constraint links_check CHECK (((state <> 'linked'::text) OR (card_ref IS NOT NULL))),
  constraint links_move_state_check CHECK ((move_state = ANY (ARRAY['planned'::text, 'wanted'::text, 'moved'::text, 'left'::text, 'failed'::text]))),
  constraint links_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'linked'::text, 'lost'::text, 'inaccessible'::text, 'held'::text, 'detached'::text, 'duplicated'::text]))),
  constraint links_configuration_id_fkey FOREIGN KEY (configuration_id) REFERENCES configurations(id) ON DELETE SET NULL,
  constraint links_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint links_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE SET NULL,
  constraint links_move_job_id_fkey FOREIGN KEY (move_job_id) REFERENCES jobs(id) ON DELETE SET NULL,
  constraint links_vulnerability_id_fkey FOREIGN KEY (vulnerability_id) REFERENCES vulnerabilities(id) ON DELETE CASCADE,
  constraint links_pkey PRIMARY KEY (id),
  constraint links_marker_key UNIQUE (marker),
  constraint links_vulnerability_id_connection_id_key UNIQUE (vulnerability_id, connection_id)
);
CREATE UNIQUE INDEX links_card ON public.links USING btree (connection_id, card_ref) WHERE (card_ref IS NOT NULL);
CREATE INDEX links_configuration ON public.links USING btree (configuration_id);
CREATE INDEX links_job ON public.links USING btree (job_id, created_at) WHERE (job_id IS NOT NULL);
CREATE INDEX links_move_job ON public.links USING btree (move_job_id) WHERE (move_job_id IS NOT NULL);
CREATE INDEX links_state ON public.links USING btree (connection_id, state);
CREATE INDEX links_trouble ON public.links USING btree (state, vulnerability_id) WHERE (state = ANY (ARRAY['lost'::text, 'inaccessible'::text, 'held'::text, 'duplicated'::text]));
CREATE TRIGGER links_announce AFTER INSERT OR DELETE OR UPDATE ON public.links FOR EACH STATEMENT EXECUTE FUNCTION announce_change('links');

create table match_keys (
  scope_id uuid not null,
  key bigint not null,
  vulnerability_id bigint not null,
  constraint match_keys_pkey PRIMARY KEY (scope_id, key, vulnerability_id)
);

create table migrations (
  name text not null,
  digest text not null,
  run_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (name)
);

create table moved_places (
  vulnerability_id bigint not null,
  location jsonb not null,
  snippet text,
  constraint moved_places_pkey PRIMARY KEY (vulnerability_id)
);

create table oauth_logins (
  state_hash bytea not null,
  connection_id uuid not null,
  begun_by text not null,
  code_verifier bytea not null,
  redirect_uri text not null,
  expires_at timestamp with time zone not null,
  constraint oauth_logins_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint oauth_logins_pkey PRIMARY KEY (state_hash)
);

create table oauth_tokens (
  connection_id uuid not null,
  sealed bytea not null,
  version bigint not null default 1,
  expires_at timestamp with time zone not null,
  refresh_expires_at timestamp with time zone,
  obtained_at timestamp with time zone not null default now(),
  refresh_lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  logged_in_at timestamp with time zone not null default now(),
  refused_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  refused_because text,
  refresh_since timestamp with time zone not null default now(),
  constraint oauth_tokens_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint oauth_tokens_pkey PRIMARY KEY (connection_id)
);

create table occurrences (
  scan_id uuid not null,
  ordinal integer not null,
  vulnerability_id bigint not null,
  scope_id uuid not null,
  stage text,
  evidence_scan_id uuid,
  evidence_ordinal integer,
  constraint occurrences_pkey PRIMARY KEY (scan_id, ordinal)
);
CREATE INDEX occurrences_vulnerability ON public.occurrences USING btree (vulnerability_id, scan_id);

create table orphan_cards (
  connection_id uuid not null,
  card_ref text not null,
  marker text,
  link_id uuid,
  kind text not null,
  card jsonb,
  seen_at timestamp with time zone not null default now(),
  resolved_at timestamp with time zone,
  id uuid not null default gen_random_uuid(),
  because text,
  resolved_by text,
  resolved_because text,
  farewell text,
  farewell_at timestamp with time zone,
  constraint orphan_cards_kind_check CHECK ((kind = ANY (ARRAY['duplicate'::text, 'unknown'::text, 'late'::text, 'replaced'::text, 'left'::text, 'merged'::text]))),
  constraint orphan_cards_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(id) ON DELETE CASCADE,
  constraint orphan_cards_link_id_fkey FOREIGN KEY (link_id) REFERENCES links(id) ON DELETE SET NULL,
  constraint orphan_cards_pkey PRIMARY KEY (connection_id, card_ref)
);
CREATE UNIQUE INDEX orphan_cards_id ON public.orphan_cards USING btree (id);
CREATE INDEX orphan_cards_link ON public.orphan_cards USING btree (link_id);
CREATE INDEX orphan_cards_open ON public.orphan_cards USING btree (seen_at DESC, id DESC) WHERE (resolved_at IS NULL);

create table report_chunks (
  scan_id uuid not null,
  seq integer not null,
  bytes bytea not null,
  packed boolean not null default false,
  constraint report_chunks_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scans(id) ON DELETE CASCADE,
  constraint report_chunks_pkey PRIMARY KEY (scan_id, seq)
);

create table saved_views (
  id uuid not null,
  owner_id uuid not null,
  name text not null,
  query text not null,
  shared boolean not null default false,
  created_at timestamp with time zone not null default now(),
  constraint saved_views_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint saved_views_pkey PRIMARY KEY (id)
);
CREATE INDEX saved_views_owner ON public.saved_views USING btree (owner_id);

create table scan_scopes (
  scan_id uuid not null,
  scope_id uuid not null,
  outcome text not null,
  complete boolean not null,
  findings integer not null default 0,
  constraint scan_scopes_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text]))),
  constraint scan_scopes_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scans(id) ON DELETE CASCADE,
  constraint scan_scopes_scope_id_fkey FOREIGN KEY (scope_id) REFERENCES scopes(id) ON DELETE CASCADE,
  constraint scan_scopes_pkey PRIMARY KEY (scan_id, scope_id)
);

create table scans (
  id uuid not null,
  asset_id uuid not null,
  kind text not null default 'report'::text,
  status text not null,
  trigger text not null,
  coverage text not null,
  format text,
  tool text,
  branch text not null,
  category text not null default ''::text,
  commit text,
  author text,
  evidence text,
  idempotency_key text,
  uploaded_by text,
  started_at timestamp with time zone not null,
  started_at_given boolean not null default false,
  received_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  report_bytes bigint,
  report_complete boolean not null default false,
  progress jsonb not null default '{"findings": 0}'::jsonb,
  summary jsonb,
  error jsonb,
  title text,
  planned_for timestamp with time zone,
  assessment_id uuid,
  constraint scans_check CHECK (((status <> 'failed'::text) OR (error IS NOT NULL))),
  constraint scans_coverage_check CHECK ((coverage = ANY (ARRAY['complete'::text, 'partial'::text]))),
  constraint scans_kind_check CHECK ((kind = ANY (ARRAY['report'::text, 'retest'::text, 'entry'::text, 'assessment'::text]))),
  constraint scans_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'running'::text, 'queued'::text, 'processing'::text, 'completed'::text, 'held'::text, 'failed'::text]))),
  constraint scans_trigger_check CHECK ((trigger = ANY (ARRAY['ci'::text, 'scheduled'::text, 'manual'::text]))),
  constraint scans_assessment_id_fkey FOREIGN KEY (assessment_id) REFERENCES scans(id) ON DELETE SET NULL,
  constraint scans_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES assets(id) ON DELETE CASCADE,
  constraint scans_pkey PRIMARY KEY (id),
  constraint scans_asset_id_idempotency_key_key UNIQUE (asset_id, idempotency_key)
);
CREATE INDEX scans_assessment ON public.scans USING btree (assessment_id) WHERE (assessment_id IS NOT NULL);
CREATE INDEX scans_asset ON public.scans USING btree (asset_id, started_at DESC, id DESC);
CREATE INDEX scans_started ON public.scans USING btree (started_at DESC, id DESC);
CREATE INDEX scans_waiting ON public.scans USING btree (asset_id, started_at) WHERE (status = ANY (ARRAY['queued'::text, 'processing'::text]));
CREATE TRIGGER scans_announce AFTER INSERT OR DELETE OR UPDATE ON public.scans FOR EACH STATEMENT EXECUTE FUNCTION announce_change('scans');
CREATE TRIGGER scans_forget AFTER DELETE ON public.scans FOR EACH ROW EXECUTE FUNCTION forget_scan();

create table schedule_runs (
  id uuid not null,
  schedule_id uuid not null,
  because text not null,
  due_at timestamp with time zone not null,
  state text not null,
  attempts integer not null default 0,
  next_try_at timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  scan_id uuid,
  message text,
  url text,
  created_at timestamp with time zone not null default now(),
  constraint schedule_runs_because_check CHECK ((because = ANY (ARRAY['schedule'::text, 'awaiting_validation'::text, 'person'::text]))),
  constraint schedule_runs_state_check CHECK ((state = ANY (ARRAY['starting'::text, 'waiting'::text, 'started'::text, 'finished'::text, 'failed'::text, 'missed'::text]))),
  constraint schedule_runs_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scans(id) ON DELETE SET NULL,
  constraint schedule_runs_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedules(id) ON DELETE CASCADE,
  constraint schedule_runs_pkey PRIMARY KEY (id)
);
CREATE INDEX schedule_runs_latest ON public.schedule_runs USING btree (schedule_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX schedule_runs_open ON public.schedule_runs USING btree (schedule_id) WHERE (state = ANY (ARRAY['starting'::text, 'waiting'::text]));
CREATE TRIGGER schedule_runs_announce AFTER INSERT OR DELETE OR UPDATE ON public.schedule_runs FOR EACH STATEMENT EXECUTE FUNCTION announce_change('schedules');

create table schedules (
  id uuid not null,
  asset_id uuid not null,
  name text not null,
  starts jsonb not null,
  credentials bytea,
  cron text,
  time_zone text not null default 'UTC'::text,
  on_awaiting_validation boolean not null default false,
  report_within_minutes integer not null,
  enabled boolean not null default true,
  next_at timestamp with time zone,
  asked_at timestamp with time zone,
  asked_by text,
  created_by text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint schedules_report_within_minutes_check CHECK ((report_within_minutes > 0)),
  constraint schedules_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES assets(id) ON DELETE CASCADE,
  constraint schedules_pkey PRIMARY KEY (id)
);
CREATE INDEX schedules_asset ON public.schedules USING btree (asset_id);
CREATE TRIGGER schedules_announce AFTER INSERT OR DELETE OR UPDATE ON public.schedules FOR EACH STATEMENT EXECUTE FUNCTION announce_change('schedules');

create table scope_looks (
  scope_id uuid not null,
  look bigint not null,
  vulnerability_id bigint not null,
  evidence bigint not null,
  evidence_scan_id uuid not null,
  evidence_ordinal integer not null,
  shown boolean not null,
  constraint scope_looks_pkey PRIMARY KEY (scope_id, look, vulnerability_id)
);

create table scope_memory (
  scope_id uuid not null,
  vulnerability_id bigint not null,
  features text not null,
  content text not null,
  look bigint not null default 0,
  constraint scope_memory_pkey PRIMARY KEY (scope_id, vulnerability_id)
);

create table scopes (
  id uuid not null,
  asset_id uuid not null,
  tool text not null,
  branch text not null,
  category text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  last_scan_at timestamp with time zone,
  last_complete_scan_id uuid,
  last_complete_at timestamp with time zone,
  last_findings integer,
  retired_at timestamp with time zone,
  retired_because text,
  feature_version integer not null default 1,
  constraint scopes_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES assets(id) ON DELETE CASCADE,
  constraint scopes_pkey PRIMARY KEY (id),
  constraint scopes_asset_id_tool_branch_category_key UNIQUE (asset_id, tool, branch, category)
);
CREATE TRIGGER scopes_forget AFTER DELETE ON public.scopes FOR EACH ROW EXECUTE FUNCTION forget_scope();

create table sessions (
  token_hash bytea not null,
  user_id uuid not null,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  address text,
  agent text,
  provider_logout text,
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint sessions_pkey PRIMARY KEY (token_hash)
);
CREATE INDEX sessions_user ON public.sessions USING btree (user_id);

create table settings (
  name text not null,
  value jsonb not null,
  changed_at timestamp with time zone not null default now(),
  constraint settings_pkey PRIMARY KEY (name)
);

create table setup (
  single boolean not null default true,
  token_hash bytea,
  expires_at timestamp with time zone,
  claimed_at timestamp with time zone,
  claimed_by uuid,
  constraint setup_single_check CHECK (single),
  constraint setup_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES users(id) ON DELETE SET NULL,
  constraint setup_pkey PRIMARY KEY (single)
);

create table timeline (
  id uuid not null,
  vulnerability_id bigint not null,
  at timestamp with time zone not null,
  kind text not null,
  actor_kind text not null,
  actor_name text not null,
  from_status text,
  to_status text,
  cause_kind text not null,
  cause jsonb not null default '{}'::jsonb,
  note text,
  correlation_id text,
  constraint timeline_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['scan'::text, 'person'::text, 'card'::text, 'expiry'::text, 'system'::text]))),
  constraint timeline_cause_kind_check CHECK ((cause_kind = ANY (ARRAY['scan'::text, 'card'::text, 'person'::text, 'expiry'::text, 'system'::text]))),
  constraint timeline_check CHECK (((kind <> 'status'::text) OR (to_status IS NOT NULL))),
  constraint timeline_check1 CHECK (((kind <> 'status'::text) OR (to_status <> 'fixed'::text) OR (cause_kind = 'scan'::text))),
  constraint timeline_kind_check CHECK ((kind = ANY (ARRAY['status'::text, 'severity'::text, 'detection'::text, 'card'::text, 'drift'::text, 'conflict'::text, 'link'::text, 'comment'::text, 'merge'::text, 'edit'::text]))),
  constraint timeline_vulnerability_id_fkey FOREIGN KEY (vulnerability_id) REFERENCES vulnerabilities(id) ON DELETE CASCADE,
  constraint timeline_pkey PRIMARY KEY (id)
);
CREATE INDEX timeline_at ON public.timeline USING btree (at);
CREATE INDEX timeline_vulnerability ON public.timeline USING btree (vulnerability_id, at DESC, id DESC);
CREATE TRIGGER timeline_announce AFTER INSERT ON public.timeline FOR EACH STATEMENT EXECUTE FUNCTION announce_change('timeline');

create table users (
  id uuid not null,
  email text not null,
  name text not null,
  role text not null,
  password_hash text,
  issuer text,
  subject text,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone,
  disabled_at timestamp with time zone,
  constraint users_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'analyst'::text, 'developer'::text, 'viewer'::text]))),
  constraint users_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_email ON public.users USING btree (lower(email));
CREATE UNIQUE INDEX users_subject ON public.users USING btree (issuer, subject) WHERE (subject IS NOT NULL);

create table vulnerabilities (
  id bigint not null generated by default as identity,
  asset_id uuid not null,
  title text not null,
  description text not null default ''::text,
  description_format text not null default 'text'::text,
  severity text not null,
  severity_rank smallint not null generated always as (
CASE severity
    WHEN 'critical'::text THEN 0
    WHEN 'high'::text THEN 1
    WHEN 'medium'::text THEN 2
    WHEN 'low'::text THEN 3
    ELSE 4
END) stored,
  severity_set_by text,
  status text not null,
  status_changed_at timestamp with time zone not null,
  status_as_of timestamp with time zone not null,
  status_entry_id uuid not null,
  fixed_by_scan_id uuid,
  decided_by text,
  reason text,
  accepted_until timestamp with time zone,
  finding_kind text not null default 'code'::text,
  tool text,
  rule_id text,
  cwe integer[] not null default '{}'::integer[],
  cve text[] not null default '{}'::text[],
  advisories text[] not null default '{}'::text[],
  location jsonb not null default '{"kind": "none"}'::jsonb,
  snippet text,
  evidence jsonb not null default '{}'::jsonb,
  impact text,
  remediation text,
  reference_urls text[] not null default '{}'::text[],
  created_at timestamp with time zone not null default now(),
  first_seen_at timestamp with time zone not null,
  due_at timestamp with time zone,
  version bigint not null default 1,
  merged_into bigint,
  open_since timestamp with time zone not null,
  place_words text not null generated always as (((((((COALESCE("left"((location ->> 'path'::text), 1000), ''::text) || ' '::text) || COALESCE("left"((location ->> 'url'::text), 1000), ''::text)) || ' '::text) || COALESCE((location ->> 'package'::text), ''::text)) || ' '::text) || COALESCE((location ->> 'host'::text), ''::text))) stored,
  constraint vulnerabilities_check CHECK (((status <> 'fixed'::text) OR (fixed_by_scan_id IS NOT NULL))),
  constraint vulnerabilities_check1 CHECK (((status = 'fixed'::text) OR (fixed_by_scan_id IS NULL))),
  constraint vulnerabilities_check2 CHECK (((status <> ALL (ARRAY['risk_accepted'::text, 'false_positive'::text])) OR ((decided_by IS NOT NULL) AND (reason IS NOT NULL)))),
  constraint vulnerabilities_check3 CHECK (((accepted_until IS NULL) OR (status = 'risk_accepted'::text))),
  constraint vulnerabilities_description_format_check CHECK ((description_format = ANY (ARRAY['text'::text, 'markdown'::text]))),
  constraint vulnerabilities_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text, 'informational'::text]))),
  constraint vulnerabilities_status_check CHECK ((status = ANY (ARRAY['identified'::text, 'in_progress'::text, 'awaiting_validation'::text, 'fixed'::text, 'risk_accepted'::text, 'false_positive'::text]))),
  constraint vulnerabilities_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES assets(id) ON DELETE CASCADE,
  constraint vulnerabilities_fixed_by_scan_id_fkey FOREIGN KEY (fixed_by_scan_id) REFERENCES scans(id),
  constraint vulnerabilities_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES vulnerabilities(id),
  constraint vulnerabilities_status_entry FOREIGN KEY (status_entry_id) REFERENCES timeline(id) DEFERRABLE INITIALLY DEFERRED,
  constraint vulnerabilities_pkey PRIMARY KEY (id)
);
CREATE INDEX vulnerabilities_asset ON public.vulnerabilities USING btree (asset_id, status, severity_rank, id);
CREATE INDEX vulnerabilities_awaiting ON public.vulnerabilities USING btree (status_changed_at) WHERE ((status = 'awaiting_validation'::text) AND (merged_into IS NULL));
CREATE INDEX vulnerabilities_counts ON public.vulnerabilities USING btree (status, severity) WHERE (merged_into IS NULL);
CREATE INDEX vulnerabilities_due ON public.vulnerabilities USING btree (due_at, id) INCLUDE (status, severity) WHERE ((merged_into IS NULL) AND (status = ANY (ARRAY['identified'::text, 'in_progress'::text, 'awaiting_validation'::text])));
CREATE INDEX vulnerabilities_expiry ON public.vulnerabilities USING btree (accepted_until) WHERE (accepted_until IS NOT NULL);
CREATE INDEX vulnerabilities_merged ON public.vulnerabilities USING btree (merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX vulnerabilities_open ON public.vulnerabilities USING btree (severity_rank, id) WHERE ((merged_into IS NULL) AND (status = ANY (ARRAY['identified'::text, 'in_progress'::text, 'awaiting_validation'::text])));
CREATE INDEX vulnerabilities_severity ON public.vulnerabilities USING btree (severity_rank, id);
CREATE INDEX vulnerabilities_status ON public.vulnerabilities USING btree (status, severity_rank, id);
CREATE INDEX vulnerabilities_words ON public.vulnerabilities USING gin (vulnerability_words(title, rule_id, place_words, cve));
CREATE TRIGGER due_at_of_changed BEFORE UPDATE ON public.vulnerabilities FOR EACH ROW WHEN (((old.severity IS DISTINCT FROM new.severity) OR (old.status IS DISTINCT FROM new.status))) EXECUTE FUNCTION set_due_at();
CREATE TRIGGER due_at_of_new BEFORE INSERT ON public.vulnerabilities FOR EACH ROW EXECUTE FUNCTION set_due_at();
CREATE TRIGGER vulnerabilities_announce AFTER INSERT OR DELETE OR UPDATE ON public.vulnerabilities FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vulnerabilities');
CREATE TRIGGER vulnerabilities_counted_anew AFTER UPDATE ON public.vulnerabilities FOR EACH ROW WHEN (((((old.asset_id IS DISTINCT FROM new.asset_id) OR (old.status IS DISTINCT FROM new.status)) OR (old.severity IS DISTINCT FROM new.severity)) OR (old.merged_into IS DISTINCT FROM new.merged_into))) EXECUTE FUNCTION count_vulnerability_changed();
CREATE TRIGGER vulnerabilities_counted_in AFTER INSERT ON public.vulnerabilities REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION count_vulnerabilities_made();
CREATE TRIGGER vulnerabilities_counted_out AFTER DELETE ON public.vulnerabilities REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_vulnerabilities_gone();
CREATE TRIGGER vulnerabilities_seen_gone AFTER DELETE ON public.vulnerabilities REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_vulnerabilities_gone();
CREATE TRIGGER vulnerabilities_seen_made AFTER INSERT ON public.vulnerabilities REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION see_vulnerabilities_made();
CREATE TRIGGER vulnerabilities_seen_open AFTER UPDATE ON public.vulnerabilities FOR EACH ROW WHEN ((((old.merged_into IS NULL) AND (old.status = ANY (ARRAY['identified'::text, 'in_progress'::text, 'awaiting_validation'::text]))) IS DISTINCT FROM ((new.merged_into IS NULL) AND (new.status = ANY (ARRAY['identified'::text, 'in_progress'::text, 'awaiting_validation'::text]))))) EXECUTE FUNCTION note_vulnerability_open();
CREATE TRIGGER vulnerabilities_status_entry BEFORE UPDATE OF status ON public.vulnerabilities FOR EACH ROW EXECUTE FUNCTION vulnerabilities_status_needs_entry();

create table vulnerability_counts (
  asset_id uuid not null,
  status text not null,
  severity text not null,
  n bigint not null
);
CREATE INDEX vulnerability_counts_of ON public.vulnerability_counts USING btree (asset_id, status, severity) INCLUDE (n);

create table work (
  kind text not null,
  key text not null,
  lane text not null,
  due_at timestamp with time zone not null,
  wakes bigint not null default 1,
  lease_token bigint not null default ((EXTRACT(epoch FROM clock_timestamp()) * (1000000)::numeric))::bigint,
  lease_until timestamp with time zone,
  lease_wakes bigint,
  attempts integer not null default 0,
  because text,
  place integer,
  holder text,
  constraint work_lane_fkey FOREIGN KEY (lane) REFERENCES lanes(id) ON DELETE CASCADE,
  constraint work_pkey PRIMARY KEY (kind, key)
);
CREATE INDEX work_due ON public.work USING btree (lane, due_at);
CREATE INDEX work_leased ON public.work USING btree (lane, lease_until) WHERE (lease_until IS NOT NULL);

CREATE OR REPLACE FUNCTION public.announce_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('patchboard_changes', tg_argv[0]);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.card_marker(connection uuid, vulnerability bigint, generation integer)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$ select marker_of((select id from instance), connection, vulnerability, generation) $function$
;

CREATE OR REPLACE FUNCTION public.claim_work(kinds text[], most integer, lease interval, the_holder text)
 RETURNS SETOF work
 LANGUAGE plpgsql
AS $function$
declare
  candidate record;
  claimed work%rowtype;
  left_over integer := most;
  moment timestamptz := clock_timestamp();
begin
  for candidate in
    select l.id
    from lanes l
    where l.paused_until <= moment
      and (
        select true from work w
        where w.lane = l.id and w.kind = any (kinds) and w.due_at <= moment
          and (w.lease_until is null or w.lease_until <= moment)
        order by w.due_at
        limit 1
      )
    order by random()
  loop
    for claimed in select * from claim_work_of_lane(candidate.id, kinds, left_over, lease, the_holder) loop
      left_over := left_over - 1;
      return next claimed;
    end loop;
    exit when left_over <= 0;
  end loop;
end $function$
;

CREATE OR REPLACE FUNCTION public.claim_work_of_lane(the_lane text, kinds text[], most integer, lease interval, the_holder text)
 RETURNS SETOF work
 LANGUAGE plpgsql
AS $function$
declare
  room integer := most;
  seats integer[];
  pace lanes%rowtype;
  moment timestamptz;
begin
  select * into pace from lanes where id = the_lane for update skip locked;
  if not found or pace.paused_until > clock_timestamp() then
    return;
  end if;
  moment := clock_timestamp();
  if pace.per_second is not null then
    update lanes
    set tokens = least(greatest(burst, 1), tokens + per_second * extract(epoch from moment - refilled_at)),
      refilled_at = moment
    where id = the_lane
    returning * into pace;
    room := least(room, floor(pace.tokens)::integer);
  end if;
  if room <= 0 then
    return;
  end if;
  -- The emptiest places first.
  seats := array(
    select free.place
    from generate_series(1, pace.concurrency_max) as free (place)
    cross join generate_series(1, pace.depth) as deep (level)
    left join (
      select w.place, bool_and(w.holder = the_holder) as ours, count(*) as n
      from work w where w.lane = the_lane and w.lease_until > moment
      group by w.place
    ) held on held.place = free.place
    where held.place is null or (held.ours and deep.level > held.n)
    order by deep.level, free.place
    limit room
  );
  room := cardinality(seats);
  if room = 0 then
    return;
  end if;
  return query
    with due as materialized (
      select w.kind, w.key
      from work w
      where w.lane = the_lane
        and w.kind = any (kinds)
        and w.due_at <= moment
        and (w.lease_until is null or w.lease_until <= moment)
      order by w.due_at
      limit room
      for update skip locked
    ),
    seated as materialized (
      select d.kind, d.key, seats[row_number() over ()] as place from due d
    )
    update work
    set lease_token = work.lease_token + 1,
      lease_until = clock_timestamp() + lease,
      lease_wakes = work.wakes,
      place = seated.place,
      holder = the_holder
    from seated
    where work.kind = seated.kind and work.key = seated.key
    returning work.*;
  if pace.per_second is not null then
    get diagnostics room = row_count;
    update lanes set tokens = tokens - room where id = the_lane;
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION public.count_vulnerabilities_gone()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, -count(*) from gone where merged_into is null group by 1, 2, 3;
  insert into daily_figures (day, severity, status, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, status, -count(*), 0, 0 from gone where merged_into is null and is_open(status) group by severity, status;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.count_vulnerabilities_made()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, count(*) from made where merged_into is null group by 1, 2, 3;
  insert into daily_figures (day, severity, status, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, status, count(*), 0, 0 from made where merged_into is null and is_open(status) group by severity, status;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.count_vulnerability_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, n from (values (old.asset_id, old.status, old.severity, -1, old.merged_into), (new.asset_id, new.status, new.severity, 1, new.merged_into))
    as side (asset_id, status, severity, n, merged_into)
  where merged_into is null;
  insert into daily_figures (day, severity, status, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, status, n, 0, 0
  from (values (old.status, old.severity, -1, old.merged_into), (new.status, new.severity, 1, new.merged_into)) as side (status, severity, n, merged_into)
  where merged_into is null and is_open(status) and (old.status, old.severity, old.merged_into is null) is distinct from (new.status, new.severity, new.merged_into is null);
  if new.status = 'fixed' and old.status <> 'fixed' and new.merged_into is null then
    insert into daily_figures (day, severity, status, opened, fixed, days_to_fix)
    values ((clock_timestamp() at time zone 'utc')::date, new.severity, new.status, 0, 1, extract(epoch from new.status_changed_at - new.first_seen_at) / 86400);
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.due_at_of(severity text, since timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select since + make_interval(days => (value ->> severity)::integer) from settings where name = 'dueDays'
$function$
;

CREATE OR REPLACE FUNCTION public.effective_configurations(the_asset uuid)
 RETURNS SETOF configurations
 LANGUAGE sql
 STABLE
AS $function$
  select distinct on (c.connection_id) c.*
  from configurations c
  join connections k on k.id = c.connection_id and k.state <> 'deleted'
  left join configuration_assets a on a.configuration_id = c.id and a.asset_id = the_asset
  where c.deleted_at is null and (c.scope = 'default' or a.asset_id is not null)
  order by c.connection_id, (c.scope = 'custom') desc
$function$
;

CREATE OR REPLACE FUNCTION public.forget_scan()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from occurrences where scan_id = old.id;
  delete from findings where scan_id = old.id;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.forget_scope()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from match_keys where scope_id = old.id;
  delete from scope_memory where scope_id = old.id;
  delete from scope_looks where scope_id = old.id;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.forget_vulnerabilities_gone()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from last_seen where vulnerability_id in (select id from gone);
  delete from moved_places where vulnerability_id in (select id from gone);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.is_open(status text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN (status = ANY (ARRAY['identified'::text, 'in_progress'::text, 'awaiting_validation'::text]))
;

CREATE OR REPLACE FUNCTION public.marker_of(instance uuid, connection uuid, vulnerability bigint, generation integer)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$ select 'pb-' || left(encode(sha256(convert_to(instance::text || '|' || connection::text || '|' || vulnerability::text || '|' || generation::text, 'utf8')), 'hex'), 26) $function$
;

CREATE OR REPLACE FUNCTION public.next_work_in_ms(kinds text[], the_holder text)
 RETURNS double precision
 LANGUAGE plpgsql
AS $function$
declare
  moment timestamptz := clock_timestamp();
begin
  return (
    select extract(epoch from min(greatest(
        least(waiting.at, leased.at),
        l.paused_until,
        case when l.per_second > 0 and l.tokens < 1 then l.refilled_at + make_interval(secs => (1 - l.tokens) / l.per_second) end,
        case when leased.ours >= (l.concurrency_max - leased.places_of_others) * l.depth then leased.at end
      )) - moment) * 1000
    from lanes l
    left join lateral (
      select w.due_at as at from work w
      where w.lane = l.id and w.kind = any (kinds) and w.lease_until is null
      order by w.due_at limit 1
    ) waiting on true
    left join lateral (
      select min(w.lease_until) as at,
        count(*) filter (where w.lease_until > moment and w.holder = the_holder) as ours,
        count(distinct w.place) filter (where w.lease_until > moment and w.holder is distinct from the_holder) as places_of_others
      from work w where w.lane = l.id and w.lease_until is not null
    ) leased on true
    where l.paused_until < 'infinity' and (waiting.at is not null or leased.at is not null)
  );
end $function$
;

CREATE OR REPLACE FUNCTION public.note_vulnerability_open()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update last_seen set open = new.merged_into is null and new.status in ('identified', 'in_progress', 'awaiting_validation')
  where vulnerability_id = new.id;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.see_vulnerabilities_made()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into last_seen (vulnerability_id, at, open)
  select id, first_seen_at, merged_into is null and status in ('identified', 'in_progress', 'awaiting_validation') from made;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION public.set_due_at()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' then
    new.open_since := coalesce(new.open_since, new.first_seen_at);
  elsif old.status in ('fixed', 'risk_accepted', 'false_positive') and new.status in ('identified', 'in_progress', 'awaiting_validation') then
    new.open_since := new.status_as_of;
  end if;
  new.due_at := due_at_of(new.severity, new.open_since);
  return new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.severity_rank_of(severity text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end
$function$
;

CREATE OR REPLACE FUNCTION public.vulnerabilities_status_needs_entry()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.status is distinct from old.status and new.status_entry_id is not distinct from old.status_entry_id then
    raise exception 'a status changes only together with its timeline entry' using errcode = 'check_violation';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION public.vulnerability_words(title text, rule_id text, place text, cve text[])
 RETURNS tsvector
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
begin
  return to_tsvector('simple'::regconfig, translate(
    left(title, 1000) || ' ' || coalesce(rule_id, '') || ' ' || place || ' ' || coalesce(array_to_string(cve, ' '), ''),
    '/._:-@{}(),"''?&=#+', '                   '
  ));
end $function$
;
