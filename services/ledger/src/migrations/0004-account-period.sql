-- States of large accounts at the ends of periods of their logs: disposable, and made again of the events where they are lost.
create table account_period (
  stream text collate "C" not null,
  -- Events that the state knows.
  events integer not null,
  -- The latest instant from which one of them counts, and when the last was recorded, in milliseconds.
  latest bigint not null,
  recorded_at bigint not null,
  hash bytea not null,
  version text not null,
  state text not null,
  primary key (stream, events)
);

-- As the snapshots: compressing costs the server more than writing it as it is.
alter table account_period alter column state set storage external;
