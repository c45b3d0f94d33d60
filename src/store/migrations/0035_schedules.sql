-- safe: new tables only.

-- What starts a scan of an asset by itself.
create table schedules (
  id uuid primary key,
  asset_id uuid not null references assets on delete cascade,
  name text not null,
  -- How a run starts (contracts/api/schedules.ts); secrets of it are sealed apart.
  starts jsonb not null,
  credentials bytea,
  -- Null: only when asked, or when vulnerabilities await validation.
  cron text,
  time_zone text not null default 'UTC',
  on_awaiting_validation boolean not null default false,
  -- A run without a report after so long is late.
  report_within_minutes integer not null check (report_within_minutes > 0),
  enabled boolean not null default true,
  next_at timestamptz,
  -- A person asked for a run now.
  asked_at timestamptz,
  asked_by text,
  created_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index schedules_asset on schedules (asset_id);

create table schedule_runs (
  id uuid primary key,
  schedule_id uuid not null references schedules on delete cascade,
  because text not null check (because in ('schedule', 'awaiting_validation', 'person')),
  -- When it should have started.
  due_at timestamptz not null,
  state text not null check (state in ('starting', 'waiting', 'started', 'finished', 'failed', 'missed')),
  attempts integer not null default 0,
  next_try_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  -- Commands that ran here know their scan; a pipeline's report is found by its time.
  scan_id uuid references scans on delete set null,
  message text,
  -- Where the pipeline can be looked at, if it said so.
  url text,
  created_at timestamptz not null default now()
);
create index schedule_runs_latest on schedule_runs (schedule_id, created_at desc, id desc);
create unique index schedule_runs_open on schedule_runs (schedule_id) where state in ('starting', 'waiting');

insert into lanes (id, concurrency_max) values ('schedule', 2);
