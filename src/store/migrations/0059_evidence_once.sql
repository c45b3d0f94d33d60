-- safe: columns that may be null or have a constant default, and a new table, filled in a few seconds for each 100,000 vulnerabilities.

-- A finding that is, to the letter, one that was kept before is not kept again: it points to that one. Null: it was kept itself.
alter table occurrences add column evidence_scan_id uuid, add column evidence_ordinal integer;

-- By what each vulnerability was seen last, where that has a digest, and where it is kept. Narrow and by itself, since each finding of each
-- scan is looked up here, and what it would stand beside is wide. `evidence` is a digest of all of the finding, of which `look` leaves out
-- what is shown beside alone; `shown`: the vulnerability says what this finding says.
create table scope_looks (
  scope_id uuid not null,
  look bigint not null,
  vulnerability_id bigint not null,
  evidence bigint not null,
  evidence_scan_id uuid not null,
  evidence_ordinal integer not null,
  shown boolean not null,
  primary key (scope_id, look, vulnerability_id)
);

insert into scope_looks (scope_id, look, vulnerability_id, evidence, evidence_scan_id, evidence_ordinal, shown)
select m.scope_id, m.look, m.vulnerability_id, 0, o.scan_id, o.ordinal, m.content <> ''
from scope_memory m
join detections d on d.scope_id = m.scope_id and d.vulnerability_id = m.vulnerability_id
cross join lateral (
  select scan_id, ordinal from occurrences where vulnerability_id = m.vulnerability_id and scan_id is not distinct from d.last_seen_scan_id order by ordinal limit 1
) o
where m.look <> 0;

create or replace function forget_scope() returns trigger language plpgsql as $$
begin
  delete from match_keys where scope_id = old.id;
  delete from scope_memory where scope_id = old.id;
  delete from scope_looks where scope_id = old.id;
  return null;
end $$;

-- A part of a report may be kept packed (zstd, RFC 8878), each by itself.
alter table report_chunks add column packed boolean not null default false;
