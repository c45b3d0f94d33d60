-- safe: a new column that may be null, a new table, and an index of what is rare.

-- One that was merged into another keeps its memory of how scans saw it, so that it is known again and can be split off.
create index vulnerabilities_merged on vulnerabilities (merged_into) where merged_into is not null;

-- What is still to be said on the card of a link that was closed by a merge; null: nothing.
alter table links add column parting text;

-- A person said that these are two: what one tool calls the same as the other does not bring them together again. Each
-- pair stands in both directions.
create table kept_apart (
  vulnerability_id bigint not null references vulnerabilities on delete cascade,
  from_id bigint not null references vulnerabilities on delete cascade,
  kept_at timestamptz not null default now(),
  kept_by text not null,
  primary key (vulnerability_id, from_id)
);
create index kept_apart_from on kept_apart (from_id);
