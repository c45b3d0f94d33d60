-- safe: new tables, indexes and triggers; the triggers only announce that something changed.

-- Whoever keeps a list open is told that it changed, by name alone, once a transaction.
create function announce_change() returns trigger language plpgsql as $function$
begin
  perform pg_notify('patchboard_changes', tg_argv[0]);
  return null;
end $function$;

create trigger vulnerabilities_announce after insert or update or delete on vulnerabilities for each statement execute function announce_change('vulnerabilities');
create trigger timeline_announce after insert on timeline for each statement execute function announce_change('timeline');
create trigger links_announce after insert or update or delete on links for each statement execute function announce_change('links');
create trigger deliveries_announce after insert or update or delete on deliveries for each statement execute function announce_change('deliveries');
create trigger holds_announce after insert or update or delete on holds for each statement execute function announce_change('holds');
create trigger scans_announce after insert or update or delete on scans for each statement execute function announce_change('scans');
create trigger connections_announce after insert or update or delete on connections for each statement execute function announce_change('connections');
create trigger configurations_announce after insert or update or delete on configurations for each statement execute function announce_change('configurations');
create trigger jobs_announce after insert or update or delete on jobs for each statement execute function announce_change('jobs');
create trigger assets_announce after insert or update or delete on assets for each statement execute function announce_change('assets');

-- A list with its filters, under a name: a person's own, or everybody's.
create table saved_views (
  id uuid primary key,
  owner_id uuid not null references users (id) on delete cascade,
  name text not null,
  query text not null,
  shared boolean not null default false,
  created_at timestamptz not null default now()
);
create index saved_views_owner on saved_views (owner_id);

-- A configuration that is being made in the wizard. Nothing acts on it.
create table configuration_drafts (
  id uuid primary key,
  connection_id uuid not null references connections (id) on delete cascade,
  configuration_id uuid references configurations (id) on delete cascade,
  body jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index configuration_drafts_connection on configuration_drafts (connection_id, updated_at desc);

-- Words as the search knows them: of the title, the rule, the place and the CVEs; a path is found by any of its parts.
create function vulnerability_words(title text, rule_id text, location jsonb, cve text[]) returns tsvector
language plpgsql immutable parallel safe as $function$
begin
  return to_tsvector('simple'::regconfig, translate(
    left(title, 1000) || ' ' || coalesce(rule_id, '') || ' ' || coalesce(left(location ->> 'path', 1000), '') || ' '
      || coalesce(left(location ->> 'url', 1000), '') || ' ' || coalesce(location ->> 'package', '') || ' '
      || coalesce(location ->> 'host', '') || ' ' || coalesce(array_to_string(cve, ' '), ''),
    '/._:-@{}(),"''?&=#+', '                   '
  ));
end $function$;
create index vulnerabilities_words on vulnerabilities using gin (vulnerability_words(title, rule_id, location, cve));

-- The list as it opens: what is open, most severe first; and each other order of it.
create index vulnerabilities_open on vulnerabilities (severity_rank, id)
  where merged_into is null and status in ('identified', 'in_progress', 'awaiting_validation');
create index vulnerabilities_open_seen on vulnerabilities (last_seen_at, id)
  where merged_into is null and status in ('identified', 'in_progress', 'awaiting_validation');
create index vulnerabilities_counts on vulnerabilities (status, severity) where merged_into is null;
