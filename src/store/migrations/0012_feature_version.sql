-- safe: a column with a default. With which version of the matching a scope's features were made; older ones are made
-- again from the evidence before the scope's next scan is matched.
alter table scopes add column feature_version integer not null default 1;
