-- Account and revision name a movement for ever, and the part tells its obligations apart, whatever the bus repeats. What
-- caused it stands in the ledger's journal under the same account and revision.
create table {{obligation}} (
  points bigint not null,
  cost_numerator bigint not null,
  cost_denominator bigint not null check (cost_denominator > 0),
  effective_at timestamptz(3) not null,
  account uuid not null,
  account_revision integer not null,
  part integer not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  kind text collate "C" not null,
  issuer text collate "C" not null,
  store text collate "C" not null,
  asset text collate "C" not null,
  lot text collate "C" not null,
  primary key (account, account_revision, part)
);

-- The running totals: what a reader wants, in rows as few as units, stores and unit costs. A total adds up accounts that may
-- each hold nearly 64 bits, so it is a whole number without that limit; its scale keeps fractions and infinities out.
create table {{obligation_total}} (
  points numeric(38, 0) not null check (points <> 'NaN'),
  cost_numerator bigint not null,
  cost_denominator bigint not null check (cost_denominator > 0),
  tenant text collate "C" not null,
  program text collate "C" not null,
  issuer text collate "C" not null,
  store text collate "C" not null,
  asset text collate "C" not null,
  primary key (tenant, program, issuer, store, asset, cost_numerator, cost_denominator)
) with (fillfactor = 50);
