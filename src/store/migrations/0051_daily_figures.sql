-- safe: a new table, an index, and triggers that write more; reading what is there once takes as long as one pass over the timeline.

-- Day by day (UTC) and by severity: how many more were open at its end than at its beginning, and how long what was fixed had
-- been known. Changes are only ever added; a worker gathers them into one row each, and forgets what no screen shows.
create table daily_figures (
  day date not null,
  severity text not null,
  opened bigint not null,
  fixed bigint not null,
  days_to_fix double precision not null
);
create index daily_figures_of on daily_figures (day, severity);

create function is_open(status text) returns boolean language sql immutable
return status in ('identified', 'in_progress', 'awaiting_validation');

insert into daily_figures (day, severity, opened, fixed, days_to_fix)
select (t.at at time zone 'utc')::date, v.severity,
  sum(is_open(t.to_status)::integer - coalesce(is_open(t.from_status)::integer, 0)),
  count(*) filter (where t.to_status = 'fixed'),
  coalesce(sum(extract(epoch from t.at - v.first_seen_at)) filter (where t.to_status = 'fixed'), 0) / 86400
from timeline t join vulnerabilities v on v.id = t.vulnerability_id
where t.kind = 'status' and v.merged_into is null and t.at > now() - interval '100 days'
group by 1, 2;

create or replace function count_vulnerabilities_made() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, count(*) from made where merged_into is null group by 1, 2, 3;
  insert into daily_figures (day, severity, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, count(*), 0, 0 from made where merged_into is null and is_open(status) group by severity;
  return null;
end $$;
create or replace function count_vulnerabilities_gone() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, -count(*) from gone where merged_into is null group by 1, 2, 3;
  insert into daily_figures (day, severity, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, -count(*), 0, 0 from gone where merged_into is null and is_open(status) group by severity;
  return null;
end $$;
create or replace function count_vulnerability_changed() returns trigger language plpgsql as $$
begin
  insert into vulnerability_counts (asset_id, status, severity, n)
  select asset_id, status, severity, n from (values (old.asset_id, old.status, old.severity, -1, old.merged_into), (new.asset_id, new.status, new.severity, 1, new.merged_into))
    as side (asset_id, status, severity, n, merged_into)
  where merged_into is null;
  insert into daily_figures (day, severity, opened, fixed, days_to_fix)
  select (clock_timestamp() at time zone 'utc')::date, severity, n, 0, 0
  from (values (old.status, old.severity, -1, old.merged_into), (new.status, new.severity, 1, new.merged_into)) as side (status, severity, n, merged_into)
  where merged_into is null and is_open(status) and (is_open(old.status), old.severity, old.merged_into is null) is distinct from (is_open(new.status), new.severity, new.merged_into is null);
  if new.status = 'fixed' and old.status <> 'fixed' and new.merged_into is null then
    insert into daily_figures (day, severity, opened, fixed, days_to_fix)
    values ((clock_timestamp() at time zone 'utc')::date, new.severity, 0, 1, extract(epoch from new.status_changed_at - new.first_seen_at) / 86400);
  end if;
  return null;
end $$;

-- The overview's "oldest since" and what is due, without a look at each row.
create index vulnerabilities_awaiting on vulnerabilities (status_changed_at) where status = 'awaiting_validation' and merged_into is null;
drop index vulnerabilities_due;
create index vulnerabilities_due on vulnerabilities (due_at, id) include (status, severity)
  where merged_into is null and status in ('identified', 'in_progress', 'awaiting_validation');
