create table {{growth_fact}} (
  tenant text collate "C" not null,
  member text collate "C" not null,
  account uuid not null,
  account_revision integer not null,
  amount bigint not null,
  effective_at timestamptz(3) not null,
  earned_at timestamptz(3) not null,
  source text collate "C" not null,
  source_id text collate "C" not null,
  primary key (tenant, member, account, account_revision)
);
