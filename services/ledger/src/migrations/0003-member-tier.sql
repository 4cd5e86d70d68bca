-- The tiers of each member by membership's contract: what may be lent to a member is said by tier.
create table member_tier (
  revision integer not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  member text collate "C" not null,
  -- Every period, oldest first: [{tier, validFrom}].
  history jsonb not null,
  primary key (tenant, program, member)
);
