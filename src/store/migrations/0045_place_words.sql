-- breaking: the words of a vulnerability are asked for by another function. Nothing was released.

-- Most of what a scan changes is a line. The index of words read the whole location, so that each changed line made the words anew
-- and wrote every index of the row; it reads what of the place has words in it, which stays, and the row moves within its page.
drop index vulnerabilities_words;
drop function vulnerability_words(text, text, jsonb, text[]);
alter table vulnerabilities add column place_words text not null generated always as (
  coalesce(left(location ->> 'path', 1000), '') || ' ' || coalesce(left(location ->> 'url', 1000), '') || ' '
    || coalesce(location ->> 'package', '') || ' ' || coalesce(location ->> 'host', '')
) stored;
alter table vulnerabilities set (fillfactor = 85);
-- Every row of a page is seen again at once: room for all of them, not for two in three.
alter table detections set (fillfactor = 45);

create function vulnerability_words(title text, rule_id text, place text, cve text[]) returns tsvector
language plpgsql immutable parallel safe as $function$
begin
  return to_tsvector('simple'::regconfig, translate(
    left(title, 1000) || ' ' || coalesce(rule_id, '') || ' ' || place || ' ' || coalesce(array_to_string(cve, ' '), ''),
    '/._:-@{}(),"''?&=#+', '                   '
  ));
end $function$;
create index vulnerabilities_words on vulnerabilities using gin (vulnerability_words(title, rule_id, place_words, cve));
