-- safe: functions only.

-- The same as before, with the moment in a variable: clock_timestamp() in a condition is asked anew for every row, so that no
-- index may be used and each claim reads the whole table.

create or replace function claim_work_of_lane(the_lane text, kinds text[], most integer, lease interval)
returns setof work language plpgsql as $$
declare
  room integer;
  pace lanes%rowtype;
  moment timestamptz;
begin
  select * into pace from lanes where id = the_lane for update skip locked;
  if not found or pace.paused_until > clock_timestamp() then
    return;
  end if;
  moment := clock_timestamp();
  room := least(most, pace.concurrency_max - (
    select count(*)::integer from work where lane = the_lane and lease_until > moment
  ));
  if pace.per_second is not null then
    update lanes
    set tokens = least(greatest(burst, 1), tokens + per_second * extract(epoch from moment - refilled_at)),
      refilled_at = moment
    where id = the_lane
    returning * into pace;
    room := least(room, floor(pace.tokens)::integer);
  end if;
  if room <= 0 then
    return;
  end if;
  return query
    update work
    set lease_token = work.lease_token + 1,
      lease_until = clock_timestamp() + lease,
      lease_wakes = work.wakes
    from (
      select w.kind, w.key
      from work w
      where w.lane = the_lane
        and w.kind = any (kinds)
        and w.due_at <= moment
        and (w.lease_until is null or w.lease_until <= moment)
      order by w.due_at
      limit room
      for update skip locked
    ) due
    where work.kind = due.kind and work.key = due.key
    returning work.*;
  if pace.per_second is not null then
    get diagnostics room = row_count;
    update lanes set tokens = tokens - room where id = the_lane;
  end if;
end $$;

create or replace function claim_work(kinds text[], most integer, lease interval)
returns setof work language plpgsql as $$
declare
  candidate record;
  claimed work%rowtype;
  left_over integer := most;
  moment timestamptz := clock_timestamp();
begin
  for candidate in
    select l.id
    from lanes l
    where l.paused_until <= moment
      and (
        select true from work w
        where w.lane = l.id and w.kind = any (kinds) and w.due_at <= moment
          and (w.lease_until is null or w.lease_until <= moment)
        order by w.due_at
        limit 1
      )
    order by random()
  loop
    for claimed in select * from claim_work_of_lane(candidate.id, kinds, left_over, lease) loop
      left_over := left_over - 1;
      return next claimed;
    end loop;
    exit when left_over <= 0;
  end loop;
end $$;

-- When the next piece of work may be claimed, for a worker that goes to sleep: milliseconds from now, null for none. A lane
-- that is full is ready again when a lease ends (who finishes a piece wakes itself), one without tokens when the next has come.
create or replace function next_work_in_ms(kinds text[]) returns double precision language plpgsql as $$
declare
  moment timestamptz := clock_timestamp();
begin
  return (
    select extract(epoch from min(greatest(
        least(waiting.at, leased.at),
        l.paused_until,
        case when l.per_second > 0 and l.tokens < 1 then l.refilled_at + make_interval(secs => (1 - l.tokens) / l.per_second) end,
        case when leased.living >= l.concurrency_max then leased.at end
      )) - moment) * 1000
    from lanes l
    left join lateral (
      select w.due_at as at from work w
      where w.lane = l.id and w.kind = any (kinds) and w.lease_until is null
      order by w.due_at limit 1
    ) waiting on true
    left join lateral (
      select min(w.lease_until) as at, count(*) filter (where w.lease_until > moment) as living
      from work w where w.lane = l.id and w.lease_until is not null
    ) leased on true
    where l.paused_until < 'infinity' and (waiting.at is not null or leased.at is not null)
  );
end $$;
