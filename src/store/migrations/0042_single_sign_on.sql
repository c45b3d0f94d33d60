-- safe: new tables, and a column without a default.

-- Where people sign in with an account of their organization (OpenID Connect). One or none.
create table identity_provider (
  single boolean primary key default true check (single),
  label text not null,
  issuer text not null,
  client_id text not null,
  -- Sealed for the issuer.
  client_secret bytea,
  -- Empty: every domain.
  allowed_domains text[] not null default '{}',
  groups_claim text not null default 'groups',
  -- [{ "group": …, "role": … }]; empty: roles are given in Patchboard.
  role_by_group jsonb not null default '[]',
  -- Of those whom no group gives a role; null: they are refused.
  default_role text check (default_role in ('administrator', 'analyst', 'developer', 'viewer')),
  -- Who may still sign in with a password; administrators always.
  passwords text not null default 'everybody' check (passwords in ('everybody', 'administrators')),
  enabled boolean not null default false,
  changed_at timestamptz not null default now()
);

-- A sign-in under way: used once, in the browser that began it.
create table identity_logins (
  state_hash bytea primary key,
  browser_hash bytea not null,
  issuer text not null,
  nonce text not null,
  code_verifier bytea not null,
  -- Somebody signed in links their account; null: somebody signs in.
  user_id uuid references users on delete cascade,
  expires_at timestamptz not null
);

-- Where the provider ends its own session, for a session that began there.
alter table sessions add column provider_logout text;
