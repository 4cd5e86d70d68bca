-- What campaigns knows of stores, programs, cards and tiers by the contracts of others.
-- One row, raised by whatever changes what is kept in memory: stores, programs, rule sets.
create table reference_version (
  single boolean primary key default true check (single),
  version bigint not null
);
insert into reference_version (version) values (0);

-- Units and stores, each version in force from valid_from (UTC text that sorts as time does).
create table node_version (
  tenant text collate "C" not null,
  node text collate "C" not null,
  valid_from text collate "C" not null,
  kind text not null,
  unit text collate "C",
  format text,
  open boolean not null,
  revision integer not null,
  primary key (tenant, node, valid_from)
);

create table program_setting (
  tenant text collate "C" not null,
  program text collate "C" not null,
  accept_from_days integer,
  reference_wait_seconds integer not null,
  revision integer not null,
  primary key (tenant, program)
);

create table card (
  tenant text collate "C" not null,
  card_token text collate "C" not null,
  member text collate "C" not null,
  primary key (tenant, card_token)
);

-- pending_from: purchases after it are still to be looked at for this history; null when that is done.
create table tier_history (
  account uuid primary key,
  revision integer not null,
  history text not null,
  pending_from text collate "C"
);

-- Where the purchases of an account are, so that a tier that changes in the past finds them. What a bus or a crash repeats
-- may stand here twice: readers look at a purchase once.
create table purchase_index (
  occurred_at timestamptz(3) not null,
  account uuid not null,
  stream text collate "C" not null
);
create index purchase_index_by_account on purchase_index (account, occurred_at);
