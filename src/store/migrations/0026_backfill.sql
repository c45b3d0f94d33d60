-- safe: new columns that may be null or have a default, a new table, and an index of few rows.

-- Which backfill opened the link: what of it is not tried yet is taken back when the job is paused or cancelled.
alter table links add column job_id uuid references jobs on delete set null;
create index links_job on links (job_id, created_at) where job_id is not null;

-- Why a job is no longer running, where a person did not say so.
alter table jobs add column because text;
