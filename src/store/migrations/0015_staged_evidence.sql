-- breaking: whoever processes scans writes and reads other tables than before. Nothing was released.

-- Findings are written while a report is read and never changed afterwards; whose they are stands apart, written with the decision.
create table occurrences (
  scan_id uuid not null,
  ordinal integer not null,
  vulnerability_id bigint not null,
  scope_id uuid not null,
  stage text,
  primary key (scan_id, ordinal)
);
create index occurrences_vulnerability on occurrences (vulnerability_id, scan_id);
insert into occurrences (scan_id, ordinal, vulnerability_id, scope_id, stage)
select scan_id, ordinal, vulnerability_id, scope_id, stage from findings where vulnerability_id is not null;

drop index findings_vulnerability;
alter table findings drop column vulnerability_id, drop column stage, drop column scope_id;

-- How each vulnerability looked to a scope when it saw it last. Apart from the detection, which every scan touches.
create table scope_memory (
  scope_id uuid not null,
  vulnerability_id bigint not null,
  -- JSON as the matching wrote it, compared as text.
  features text not null,
  -- Digest of what a vulnerability shows (title, description, place …), so that the same is not written again.
  content text not null,
  primary key (scope_id, vulnerability_id)
);
insert into scope_memory (scope_id, vulnerability_id, features, content)
select scope_id, vulnerability_id, features::text, '' from detections;
alter table detections drop column features, drop column feature_version;
-- A scan that sees it again changes no indexed column: room for that within the page.
alter table detections set (fillfactor = 60);

-- A key is only a hint: two texts with one hash give a candidate too many, which the matching refuses.
create table match_keys_hashed (
  scope_id uuid not null,
  key bigint not null,
  vulnerability_id bigint not null,
  primary key (scope_id, key, vulnerability_id)
);
insert into match_keys_hashed (scope_id, key, vulnerability_id)
select distinct scope_id, hashtextextended(key, 0), vulnerability_id from match_keys;
drop table match_keys;
alter table match_keys_hashed rename to match_keys;
alter table match_keys rename constraint match_keys_hashed_pkey to match_keys_pkey;

-- These tables get hundreds of thousands of rows at once: a foreign key would look each of them up. What they hang on is
-- deleted with its asset alone, and then takes them along.
create function forget_scope() returns trigger language plpgsql as $$
begin
  delete from match_keys where scope_id = old.id;
  delete from scope_memory where scope_id = old.id;
  return null;
end $$;
create trigger scopes_forget after delete on scopes for each row execute function forget_scope();

create function forget_scan() returns trigger language plpgsql as $$
begin
  delete from occurrences where scan_id = old.id;
  return null;
end $$;
create trigger scans_forget after delete on scans for each row execute function forget_scan();

-- What a held closure would close; there may be very many.
create table held_closures (
  hold_id uuid not null references holds on delete cascade,
  vulnerability_id bigint not null,
  primary key (hold_id, vulnerability_id)
);
insert into held_closures (hold_id, vulnerability_id)
select h.id, m.id::bigint from holds h, jsonb_array_elements_text(h.detail -> 'missing') as m (id) where h.kind = 'closure' on conflict do nothing;
update holds set detail = detail - 'missing' where kind = 'closure';

-- A report is kept until it is read, and is read once: packing it would cost more than it saves.
alter table report_chunks alter column bytes set storage external;
