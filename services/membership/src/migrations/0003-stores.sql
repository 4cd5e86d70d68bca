-- Which unit a store belongs to, by organization's contracts.
create table store_unit (
  tenant text collate "C" not null,
  store text collate "C" not null,
  valid_from timestamptz(3) not null,
  unit text collate "C" not null,
  revision integer not null,
  primary key (tenant, store, valid_from)
);
