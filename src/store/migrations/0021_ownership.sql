-- safe: new columns.

alter table instance
  -- Where the owner's files lie (its folder and machine), for a backup that is put back in its own place; null: on a server.
  add column sync_place text,
  -- The server's timeline: another one means that a standby was promoted or a backup rolled forward, and rows may be lost.
  add column timeline text,
  add column taken_over_at timestamptz;
