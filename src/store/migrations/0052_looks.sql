-- safe: a column with a default. Until a scan has seen them again, all rows have it.

-- A keyed digest of the finding by which a scope saw it last, without what has no say in anything; 0: none is known. Where all
-- findings of a file have those that are known there, the file is as it was, and nothing of it needs to be read or compared.
alter table scope_memory add column look bigint not null default 0;
