-- safe: a new table and triggers; reading what is there once takes as long as one pass over the vulnerabilities.

-- How many vulnerabilities there are, as changes that are only ever added, so that writers do not wait for each other; their sum counts.
-- A worker gathers them into one row for each asset, status and severity. What was merged into another is not counted.
create table vulnerability_counts (
  asset_id uuid not null,
  status text not null,
  severity text not null,
  n bigint not null
);
create index vulnerability_counts_of on vulnerability_counts (asset_id, status, severity) include (n);

insert into vulnerability_counts (asset_id, status, severity, n)
select asset_id, status, severity, count(*) from vulnerabilities where merged_into is null group by 1, 2, 3;

create function count_vulnerabilities_made() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, count(*) from made where merged_into is null group by 1, 2, 3;
  return null;
end $$;
create function count_vulnerabilities_gone() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, -count(*) from gone where merged_into is null group by 1, 2, 3;
  return null;
end $$;
create function count_vulnerability_changed() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, n from (values (old.asset_id, old.status, old.severity, -1, old.merged_into), (new.asset_id, new.status, new.severity, 1, new.merged_into))
    as side (asset_id, status, severity, n, merged_into)
  where merged_into is null;
  return null;
end $$;
create trigger vulnerabilities_counted_in after insert on vulnerabilities referencing new table as made
  for each statement execute function count_vulnerabilities_made();
create trigger vulnerabilities_counted_out after delete on vulnerabilities referencing old table as gone
  for each statement execute function count_vulnerabilities_gone();
create trigger vulnerabilities_counted_anew after update on vulnerabilities for each row
  when ((old.asset_id, old.status, old.severity, old.merged_into) is distinct from (new.asset_id, new.status, new.severity, new.merged_into))
  execute function count_vulnerability_changed();
