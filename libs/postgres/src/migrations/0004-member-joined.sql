-- Who came first holds what does not divide evenly: a newcomer takes nothing that it need not.
alter table consumer_member add column joined_at timestamptz not null default clock_timestamp();
