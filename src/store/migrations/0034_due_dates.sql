-- safe: adds a column, a setting and a trigger; what is open gets its due date at the next change of the setting, or now.

-- Days until an open vulnerability is due, by severity; null: never.
insert into settings (name, value)
values ('dueDays', '{"critical": 15, "high": 30, "medium": 90, "low": 180, "informational": null}')
on conflict (name) do nothing;

-- The days count from here: the first sighting, or the moment at which it came back.
alter table vulnerabilities add column open_since timestamptz;

create function due_at_of(severity text, since timestamptz) returns timestamptz language sql stable as $$
  select since + make_interval(days => (value ->> severity)::integer) from settings where name = 'dueDays'
$$;

create function set_due_at() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.open_since := coalesce(new.open_since, new.first_seen_at);
  elsif old.status in ('fixed', 'risk_accepted', 'false_positive') and new.status in ('identified', 'in_progress', 'awaiting_validation') then
    new.open_since := new.status_as_of;
  end if;
  new.due_at := due_at_of(new.severity, new.open_since);
  return new;
end
$$;

update vulnerabilities set open_since = first_seen_at, due_at = due_at_of(severity, first_seen_at);
alter table vulnerabilities alter column open_since set not null;

create trigger due_at_of_new before insert on vulnerabilities for each row execute function set_due_at();
create trigger due_at_of_changed before update on vulnerabilities for each row
  when (old.severity is distinct from new.severity or old.status is distinct from new.status)
  execute function set_due_at();

create index vulnerabilities_due on vulnerabilities (due_at, id) where status in ('identified', 'in_progress', 'awaiting_validation');
