-- safe: one new column with a default.

-- Since when the present end of the login counts: a refresh token that slides begins anew with each use.
alter table oauth_tokens add column refresh_since timestamptz not null default now();
