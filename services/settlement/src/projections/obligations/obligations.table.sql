create table {{obligation}} (
  tenant text collate "C" not null,
  program text collate "C" not null,
  account uuid not null,
  account_revision integer not null,
  lot text collate "C" not null,
  asset text collate "C" not null,
  kind text collate "C" not null,
  issuer text collate "C" not null,
  store text collate "C" not null,
  effective_at timestamptz(3) not null,
  source text collate "C" not null,
  source_id text collate "C" not null,
  points bigint not null,
  cost_numerator bigint not null,
  cost_denominator bigint not null check (cost_denominator > 0),
  primary key (account, account_revision, lot, asset, issuer, cost_numerator, cost_denominator)
);

-- The running totals: what a reader wants, in rows as few as units, stores and unit costs.
create table {{obligation_total}} (
  tenant text collate "C" not null,
  program text collate "C" not null,
  issuer text collate "C" not null,
  store text collate "C" not null,
  asset text collate "C" not null,
  cost_numerator bigint not null,
  cost_denominator bigint not null check (cost_denominator > 0),
  points bigint not null,
  primary key (tenant, program, issuer, store, asset, cost_numerator, cost_denominator)
) with (fillfactor = 50);
