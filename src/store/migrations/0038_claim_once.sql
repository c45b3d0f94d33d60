-- safe: replaces one function.

-- As in 0009, but what is claimed is chosen once. As a subquery it could be planned as the inner side of a nested loop, and was
-- then run again for each row, each time with the limit anew: after an analyze of the empty table a pace of one let 83 through.
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
    )
    update work
    set lease_token = work.lease_token + 1,
      lease_until = clock_timestamp() + lease,
      lease_wakes = work.wakes
    from due
    where work.kind = due.kind and work.key = due.key
    returning work.*;
  if pace.per_second is not null then
    get diagnostics room = row_count;
    update lanes set tokens = tokens - room where id = the_lane;
  end if;
end $$;
