create table {{dim_member}} (
  tenant text collate "C" not null,
  member text collate "C" not null,
  account uuid not null,
  program text collate "C" not null,
  enrolled_at timestamptz(3),
  unit text collate "C",
  store text collate "C",
  tier text collate "C",
  tier_valid_from timestamptz(3),
  tier_revision integer not null default -1,
  last_position bigint not null,
  primary key (tenant, member)
);

create table {{dim_member_tier}} (
  tenant text collate "C" not null,
  member text collate "C" not null,
  tier text collate "C" not null,
  valid_from timestamptz(3) not null,
  valid_to timestamptz(3),
  last_position bigint not null,
  primary key (tenant, member, valid_from)
);
