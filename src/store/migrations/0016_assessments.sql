-- safe: new columns that may be null and a new table.

-- An assessment is a scan by people: planned, running, completed. The reports uploaded to it name it.
alter table scans add column title text, add column planned_for timestamptz, add column assessment_id uuid references scans on delete set null;
create index scans_assessment on scans (assessment_id) where assessment_id is not null;

-- What people entered in it, or looked at.
create table assessment_vulnerabilities (
  scan_id uuid not null references scans on delete cascade,
  vulnerability_id bigint not null references vulnerabilities on delete cascade,
  primary key (scan_id, vulnerability_id)
);
create index assessment_vulnerabilities_of on assessment_vulnerabilities (vulnerability_id);
