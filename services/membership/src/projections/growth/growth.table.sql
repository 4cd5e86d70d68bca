-- Account and revision name a change for ever, whatever the bus repeats; the account follows from tenant, program and member.
-- The tenant comes first all the same: whoever reviews everybody of one tenant walks past nobody else's growth.
create table {{growth_fact}} (
  amount bigint not null,
  effective_at timestamptz(3) not null,
  earned_at timestamptz(3) not null,
  account uuid not null,
  account_revision integer not null,
  tenant text collate "C" not null,
  member text collate "C" not null,
  primary key (tenant, account, account_revision)
);
