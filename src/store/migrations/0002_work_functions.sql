-- safe: functions only.

-- Claims up to `most` due pieces of work of the given kinds in one lane. The lane's row is locked first, and what is
-- leased is counted afterwards, on a fresh snapshot: a single statement that counts and claims over-claims, because it
-- counts on the snapshot from before it waited for the lock.
create function claim_work_of_lane(the_lane text, kinds text[], most integer, lease interval)
returns setof work language plpgsql as $$
declare
  room integer;
  pace lanes%rowtype;
begin
  select * into pace from lanes where id = the_lane for update skip locked;
  if not found or pace.paused_until > clock_timestamp() then
    return;
  end if;
  room := least(most, pace.concurrency_max - (
    select count(*)::integer from work where lane = the_lane and lease_until > clock_timestamp()
  ));
  if pace.per_second is not null then
    update lanes
    set tokens = least(greatest(burst, 1), tokens + per_second * extract(epoch from clock_timestamp() - refilled_at)),
      refilled_at = clock_timestamp()
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
        and w.due_at <= clock_timestamp()
        and (w.lease_until is null or w.lease_until <= clock_timestamp())
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

-- Claims over all lanes that have due work, the longest waiting lane first, at most `most` in all.
create function claim_work(kinds text[], most integer, lease interval)
returns setof work language plpgsql as $$
declare
  candidate record;
  claimed work%rowtype;
  left_over integer := most;
begin
  for candidate in
    select l.id
    from lanes l
    where l.paused_until <= clock_timestamp()
      and exists (
        select 1 from work w
        where w.lane = l.id and w.kind = any (kinds) and w.due_at <= clock_timestamp()
          and (w.lease_until is null or w.lease_until <= clock_timestamp())
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

-- When the next piece of work falls due, for a worker that goes to sleep: milliseconds from now, null for none.
create function next_work_in_ms(kinds text[]) returns double precision language sql stable as $$
  select extract(epoch from min(greatest(
    case when w.lease_until > clock_timestamp() then w.lease_until else w.due_at end, l.paused_until
  )) - clock_timestamp()) * 1000
  from work w join lanes l on l.id = w.lane
  where w.kind = any (kinds) and l.paused_until < 'infinity'
$$;
