create table {{fact_points_movement}} (
  movement_key bigint not null,
  movement_number integer not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  account uuid not null,
  account_revision integer not null,
  member text collate "C" not null,
  kind text collate "C" not null,
  asset text collate "C" not null,
  issuer text collate "C" not null,
  unit text collate "C" not null,
  store text collate "C" not null,
  effective_at timestamptz(3) not null,
  source text collate "C" not null,
  source_id text collate "C" not null,
  points bigint not null,
  primary key (movement_key, movement_number)
);
