-- breaking: when a vulnerability was seen last stands in a table of its own. Nothing was released.

-- Every scan moves it for all that it sees. Beside the texts each move wrote the whole row and all of its indexes anew; here
-- it is a few bytes and two indexes. `open` is what the list as it opens asks for: then its order does not walk past what is over.
create table last_seen (
  vulnerability_id bigint primary key,
  at timestamptz not null,
  open boolean not null
);
insert into last_seen (vulnerability_id, at, open)
select id, last_seen_at, merged_into is null and status in ('identified', 'in_progress', 'awaiting_validation') from vulnerabilities;
create index last_seen_at on last_seen (at, vulnerability_id);
create index last_seen_open on last_seen (at, vulnerability_id) where open;
alter table vulnerabilities drop column last_seen_at;

-- No foreign key: it would look each of them up. The triggers below keep both tables together.
create function see_vulnerabilities_made() returns trigger language plpgsql as $$
begin
  insert into last_seen (vulnerability_id, at, open)
  select id, first_seen_at, merged_into is null and status in ('identified', 'in_progress', 'awaiting_validation') from made;
  return null;
end $$;
create function forget_vulnerabilities_gone() returns trigger language plpgsql as $$
begin
  delete from last_seen where vulnerability_id in (select id from gone);
  return null;
end $$;
create function note_vulnerability_open() returns trigger language plpgsql as $$
begin
  update last_seen set open = new.merged_into is null and new.status in ('identified', 'in_progress', 'awaiting_validation')
  where vulnerability_id = new.id;
  return null;
end $$;
create trigger vulnerabilities_seen_made after insert on vulnerabilities referencing new table as made
  for each statement execute function see_vulnerabilities_made();
create trigger vulnerabilities_seen_gone after delete on vulnerabilities referencing old table as gone
  for each statement execute function forget_vulnerabilities_gone();
create trigger vulnerabilities_seen_open after update on vulnerabilities for each row
  when ((old.merged_into is null and old.status in ('identified', 'in_progress', 'awaiting_validation'))
    is distinct from (new.merged_into is null and new.status in ('identified', 'in_progress', 'awaiting_validation')))
  execute function note_vulnerability_open();
