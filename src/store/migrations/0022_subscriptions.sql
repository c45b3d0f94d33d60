-- safe: new columns with defaults.

alter table connections
  -- A person asked once that the tracker's webhooks are made through its API, and kept.
  add column subscriptions_wanted boolean not null default false,
  -- The address with which they were last found or made.
  add column subscriptions_url text,
  add column subscriptions_checked_at timestamptz,
  -- Why they could not be looked at, in words; null: they could.
  add column subscriptions_fault text,
  -- Only one process makes webhooks at a time: two that list first would both create.
  add column subscriptions_lease_until timestamptz not null default '-infinity';
