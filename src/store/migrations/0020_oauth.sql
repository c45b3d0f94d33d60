-- safe: new columns with defaults.

alter table oauth_tokens
  -- When a person logged in; a refresh does not move it.
  add column logged_in_at timestamptz not null default now(),
  -- A refusal by the token endpoint, for those who ask in the same moment: one refusal is enough.
  add column refused_until timestamptz not null default '-infinity',
  add column refused_because text;

-- How the last login ended, in words: { ok, message, at }.
alter table connections add column login_outcome jsonb;
