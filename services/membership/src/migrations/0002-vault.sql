-- The vault: the only place where personal data stands. Values are sealed under a key per member; look-up is by a keyed
-- hash, since a plain hash of a phone number can be enumerated. Erasing a member's row here leaves events and proofs whole.
create table vault_member (
  tenant text collate "C" not null,
  member text collate "C" not null,
  sealed_key bytea not null,
  primary key (tenant, member)
);

create table vault_identifier (
  identifier_key bigint generated always as identity primary key,
  tenant text collate "C" not null,
  type text collate "C" not null,
  blind_index bytea not null,
  member text collate "C" not null,
  sealed_value bytea not null,
  verified boolean not null,
  foreign key (tenant, member) references vault_member (tenant, member) on delete cascade
);

create unique index vault_identifier_verified on vault_identifier (tenant, type, blind_index) where verified;
create unique index vault_identifier_once on vault_identifier (tenant, member, type, blind_index);

-- Enrolments that name identifiers of more than one member: a person decides, nothing is merged by itself (row M2).
create table vault_quarantine (
  id uuid primary key,
  tenant text collate "C" not null,
  at timestamptz(3) not null,
  sealed_request bytea not null,
  members text[] not null
);
