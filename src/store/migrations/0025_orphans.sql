-- safe: new columns with defaults, and a constraint that allows more.

-- Cards of ours that no link holds: listed with why, until a person attaches or ignores them. Never deleted by us.
alter table orphan_cards
  add column id uuid not null default gen_random_uuid(),
  add column because text,
  add column resolved_by text,
  add column resolved_because text,
  drop constraint orphan_cards_kind_check,
  add constraint orphan_cards_kind_check check (kind in ('duplicate', 'unknown', 'late', 'replaced', 'left', 'merged'));
create unique index orphan_cards_id on orphan_cards (id);
create index orphan_cards_open on orphan_cards (seen_at desc, id desc) where resolved_at is null;
create index orphan_cards_link on orphan_cards (link_id);
create index holds_link on holds (link_id) where link_id is not null;
