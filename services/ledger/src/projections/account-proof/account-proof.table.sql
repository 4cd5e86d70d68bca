-- What the prover found to be wrong with accounts: empty, unless the code is wrong or the log was altered.
create table {{violation}} (
  found_at timestamptz(3) not null,
  position bigint not null,
  account uuid not null,
  -- Of the event after which it was found.
  revision integer not null,
  tenant text collate "C" not null,
  "check" text collate "C" not null,
  what text collate "C" not null,
  -- The fewest events that show it, as a test that can be run.
  test text not null,
  primary key (position)
);
