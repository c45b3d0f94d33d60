-- The same marker, said so that the planner can put it in line: as a function with a question of its own it cost more than the row.
create function marker_of(instance uuid, connection uuid, vulnerability bigint, generation integer) returns text
language sql immutable strict parallel safe
as $$ select 'pb-' || left(encode(sha256(convert_to(instance::text || '|' || connection::text || '|' || vulnerability::text || '|' || generation::text, 'utf8')), 'hex'), 26) $$;

create or replace function card_marker(connection uuid, vulnerability bigint, generation integer) returns text
language sql stable
as $$ select marker_of((select id from instance), connection, vulnerability, generation) $$;
