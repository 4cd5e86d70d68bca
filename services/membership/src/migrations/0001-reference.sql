-- What membership knows of programs by organization's contracts, and how far it has reviewed tiers.
create table program_setting (
  tenant text collate "C" not null,
  program text collate "C" not null,
  revision integer not null,
  zone text not null,
  primary key (tenant, program)
);

create table tier_review (
  tenant text collate "C" not null,
  program text collate "C" not null,
  reviewed_until timestamptz(3) not null,
  primary key (tenant, program)
);
