-- safe: a column with a constant default, three functions; reading what is there once takes as long as one pass over the timeline.

-- Daily figures by status too. '' stands for what was kept before: by severity it counts, by status it is not known.
alter table daily_figures add column status text not null default '';

create or replace function count_vulnerabilities_made() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, count(*) from made where merged_into is null group by 1, 2, 3;
  insert into daily_figures (day, severity, status, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, status, count(*), 0, 0 from made where merged_into is null and is_open(status) group by severity, status;
  return null;
end $$;
create or replace function count_vulnerabilities_gone() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, -count(*) from gone where merged_into is null group by 1, 2, 3;
  insert into daily_figures (day, severity, status, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, status, -count(*), 0, 0 from gone where merged_into is null and is_open(status) group by severity, status;
  return null;
end $$;
create or replace function count_vulnerability_changed() returns trigger language plpgsql as $$
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
end $$;

-- What the timeline still knows of the last days, and as much less of what was kept without a status: by severity nothing changes.
with told as (
  select (t.at at time zone 'utc')::date as day, v.severity, side.status, sum(side.n) as opened
  from timeline t join vulnerabilities v on v.id = t.vulnerability_id
  cross join lateral (values (t.from_status, -1), (t.to_status, 1)) as side (status, n)
  where t.kind = 'status' and v.merged_into is null and t.at > now() - interval '100 days' and is_open(side.status)
  group by 1, 2, 3
)
insert into daily_figures (day, severity, status, opened, fixed, days_to_fix)
select day, severity, status, opened, 0, 0 from told
union all
select day, severity, '', -sum(opened), 0, 0 from told group by day, severity;
