-- safe: triggers that only announce that something changed.

create trigger schedules_announce after insert or update or delete on schedules for each statement execute function announce_change('schedules');
create trigger schedule_runs_announce after insert or update or delete on schedule_runs for each statement execute function announce_change('schedules');
