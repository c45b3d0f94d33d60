-- safe: new indexes and a new column with a default.

-- Sync activity of one connection, and by class of error; webhooks beside it, by arrival.
create index deliveries_connection on deliveries (connection_id, created_at desc, id desc);
create index deliveries_error on deliveries (error_class, created_at desc, id desc) where error_class is not null;
create index inbox_received on inbox (received_at desc, id desc);

-- A webhook that a person has given up says who did, and why.
alter table inbox add column discarded_by text;
