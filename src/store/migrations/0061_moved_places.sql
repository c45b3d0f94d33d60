-- Where a vulnerability stands now, once a scan saw it on another line of the file that it stands in. In its own row each such move, the
-- most frequent change of all, wrote the whole row and a dozen indexes anew.
create table moved_places (
  vulnerability_id bigint primary key,
  location jsonb not null,
  snippet text
) with (fillfactor = 70);

-- No foreign key: it would look each of them up.
create or replace function forget_vulnerabilities_gone() returns trigger language plpgsql as $$
begin
  delete from last_seen where vulnerability_id in (select id from gone);
  delete from moved_places where vulnerability_id in (select id from gone);
  return null;
end $$;
