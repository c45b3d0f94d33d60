-- safe: new columns that may be null, and an index of few rows.

-- A person asked that the card be moved to where its configuration says; which job, and how far that is.
alter table links
  add column move_job_id uuid references jobs on delete set null,
  add column move_state text check (move_state in ('planned', 'wanted', 'moved', 'left', 'failed')),
  -- In the tracker's words, where it refused.
  add column move_because text;
create index links_move_job on links (move_job_id) where move_job_id is not null;

-- What is still to be said on a card whose link is gone (its asset was deleted, its vulnerability merged), and when it was.
alter table orphan_cards
  add column farewell text,
  add column farewell_at timestamptz;
