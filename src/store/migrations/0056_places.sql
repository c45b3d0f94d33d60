-- safe: two columns without values, one with a default, three functions, one row changed a connection.

-- A lane lets so many requests out at once. A visit spends half of its time with the database, so a place in a lane may be shared by
-- some visits of one process, which takes care that as many requests are out at most as it holds places. A place belongs to one
-- process at a time: over all processes no more requests are out than the lane has places.
alter table work add column place integer, add column holder text;
-- How many visits share a place.
alter table lanes add column depth integer not null default 1 check (depth between 1 and 16);
update lanes set depth = 3 where id in (select id::text from connections);

drop function claim_work(text[], integer, interval);
drop function claim_work_of_lane(text, text[], integer, interval);
drop function next_work_in_ms(text[]);

-- As in 0038: what is claimed is chosen once, hence materialized.
create function claim_work_of_lane(the_lane text, kinds text[], most integer, lease interval, the_holder text)
returns setof work language plpgsql as $$
declare
  room integer := most;
  seats integer[];
  pace lanes%rowtype;
  moment timestamptz;
begin
  select * into pace from lanes where id = the_lane for update skip locked;
  if not found or pace.paused_until > clock_timestamp() then
    return;
  end if;
  moment := clock_timestamp();
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
  -- The emptiest places first.
  seats := array(
    select free.place
    from generate_series(1, pace.concurrency_max) as free (place)
    cross join generate_series(1, pace.depth) as deep (level)
    left join (
      select w.place, bool_and(w.holder = the_holder) as ours, count(*) as n
      from work w where w.lane = the_lane and w.lease_until > moment
      group by w.place
    ) held on held.place = free.place
    where held.place is null or (held.ours and deep.level > held.n)
    order by deep.level, free.place
    limit room
  );
  room := cardinality(seats);
  if room = 0 then
    return;
  end if;
  return query
    with due as materialized (
      select w.kind, w.key
      from work w
      where w.lane = the_lane
        and w.kind = any (kinds)
        and w.due_at <= moment
        and (w.lease_until is null or w.lease_until <= moment)
      order by w.due_at
      limit room
      for update skip locked
    ),
    seated as materialized (
      select d.kind, d.key, seats[row_number() over ()] as place from due d
    )
    update work
    set lease_token = work.lease_token + 1,
      lease_until = clock_timestamp() + lease,
      lease_wakes = work.wakes,
      place = seated.place,
      holder = the_holder
    from seated
    where work.kind = seated.kind and work.key = seated.key
    returning work.*;
  if pace.per_second is not null then
    get diagnostics room = row_count;
    update lanes set tokens = tokens - room where id = the_lane;
  end if;
end $$;

create function claim_work(kinds text[], most integer, lease interval, the_holder text)
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
    for claimed in select * from claim_work_of_lane(candidate.id, kinds, left_over, lease, the_holder) loop
      left_over := left_over - 1;
      return next claimed;
    end loop;
    exit when left_over <= 0;
  end loop;
end $$;

-- When the next piece of work may be claimed, for a worker that goes to sleep: milliseconds from now, null for none. A lane in
-- which it has no room is ready again when a lease ends (who finishes a piece wakes itself), one without tokens when the next has come.
create function next_work_in_ms(kinds text[], the_holder text) returns double precision language plpgsql as $$
declare
  moment timestamptz := clock_timestamp();
begin
  return (
    select extract(epoch from min(greatest(
        least(waiting.at, leased.at),
        l.paused_until,
        case when l.per_second > 0 and l.tokens < 1 then l.refilled_at + make_interval(secs => (1 - l.tokens) / l.per_second) end,
        case when leased.ours >= (l.concurrency_max - leased.places_of_others) * l.depth then leased.at end
      )) - moment) * 1000
    from lanes l
    left join lateral (
      select w.due_at as at from work w
      where w.lane = l.id and w.kind = any (kinds) and w.lease_until is null
      order by w.due_at limit 1
    ) waiting on true
    left join lateral (
      select min(w.lease_until) as at,
        count(*) filter (where w.lease_until > moment and w.holder = the_holder) as ours,
        count(distinct w.place) filter (where w.lease_until > moment and w.holder is distinct from the_holder) as places_of_others
      from work w where w.lane = l.id and w.lease_until is not null
    ) leased on true
    where l.paused_until < 'infinity' and (waiting.at is not null or leased.at is not null)
  );
end $$;
