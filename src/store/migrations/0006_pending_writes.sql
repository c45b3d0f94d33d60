-- safe: columns with defaults, and a default.

alter table links
  -- A change of the card that was committed before it was sent, until its outcome is recorded (core/sync Pending).
  add column pending jsonb,
  -- When the last intent was committed.
  add column attempted_at timestamptz,
  -- When our create was answered: a search that shows this card has caught up to that moment.
  add column card_created_at timestamptz;

-- A row of work is removed when nothing is due and made again later: its tokens must not begin anew, or a process that was
-- paused through both would hold the token of another's lease. Microseconds of the database's clock grow faster than leases.
alter table work alter column lease_token set default (extract(epoch from clock_timestamp()) * 1000000)::bigint;
