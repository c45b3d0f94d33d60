-- safe: functions and an index on an empty table.

-- At most one outbound delivery of a link waits; what wakes the link again joins it.
create unique index deliveries_waiting on deliveries (link_id) where outcome = 'waiting' and direction = 'outbound';

-- The configuration that applies to an asset on each connection: custom always wins over default.
create function effective_configurations(the_asset uuid) returns setof configurations language sql stable as $$
  select distinct on (c.connection_id) c.*
  from configurations c
  join connections k on k.id = c.connection_id and k.state <> 'deleted'
  left join configuration_assets a on a.configuration_id = c.id and a.asset_id = the_asset
  where c.deleted_at is null and (c.scope = 'default' or a.asset_id is not null)
  order by c.connection_id, (c.scope = 'custom') desc
$$;

-- Our opaque identity on a card: reveals nothing, the same on every try, different per installation.
create function card_marker(connection uuid, vulnerability bigint, generation integer) returns text language sql stable as $$
  select 'pb-' || left(encode(sha256(convert_to(
    (select id::text from instance) || '|' || connection || '|' || vulnerability || '|' || generation, 'utf8'
  )), 'hex'), 26)
$$;

insert into instance (id) values (gen_random_uuid());

create function severity_rank_of(severity text) returns integer language sql immutable as $$
  select case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end
$$;
