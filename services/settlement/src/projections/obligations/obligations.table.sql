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
  -- The part of the liability that it is of.
  entry text collate "C" not null
    check (entry in ('issued', 'reversed', 'redeemed', 'expired', 'adjusted', 'transferred')),
  issuer text collate "C" not null,
  -- Where it happened, as far as it is said: of what was issued the store that owes, of all else any store, or none.
  store text collate "C",
  asset text collate "C" not null,
  lot text collate "C" not null,
  primary key (account, account_revision, part)
);

-- What the store of a lot is asked for, beside what it issued itself.
create index on {{obligation}} (tenant, program) where entry <> 'issued';

-- The running totals: what a reader wants, in rows as few as units, stores and unit costs. A total adds up accounts that may
-- each hold nearly 64 bits, so it is a whole number without that limit; its scale keeps fractions and infinities out.
create table {{obligation_total}} (
  points numeric(38, 0) not null check (points <> 'NaN'),
  cost_numerator bigint not null,
  cost_denominator bigint not null check (cost_denominator > 0),
  tenant text collate "C" not null,
  program text collate "C" not null,
  issuer text collate "C" not null,
  -- The store that issued; empty where a unit did without one, and for every other entry, whose store is that of the lot.
  store text collate "C" not null,
  asset text collate "C" not null,
  entry text collate "C" not null,
  primary key (tenant, program, issuer, store, asset, cost_numerator, cost_denominator, entry)
) with (fillfactor = 50);
