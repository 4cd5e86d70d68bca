-- Account and revision name a movement for ever, whatever the bus repeats. What has a fixed width comes first: no gaps.
create table {{fact_points_movement}} (
  movement_key bigint not null,
  points bigint not null,
  effective_at timestamptz(3) not null,
  account uuid not null,
  account_revision integer not null,
  movement_number integer not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  member text collate "C" not null,
  kind text collate "C" not null,
  asset text collate "C" not null,
  issuer text collate "C" not null,
  -- Where it happened, as far as it did anywhere.
  unit text collate "C",
  store text collate "C",
  -- The purchase or return that caused it; null for a decision.
  source text collate "C",
  source_id text collate "C",
  -- The decision's own name: of a hold, a correction, a transfer, a grant or a withdrawal.
  reference text collate "C",
  primary key (account, account_revision, movement_number)
);

create index on {{fact_points_movement}} using brin (movement_key) with (pages_per_range = 32);
