create table {{dim_node}} (
  tenant text collate "C" not null,
  node text collate "C" not null,
  valid_from timestamptz(3) not null,
  kind text collate "C" not null,
  name text not null,
  parent text collate "C",
  unit text collate "C",
  format text collate "C",
  legal_entity text,
  ownership text collate "C",
  zone text,
  open boolean not null,
  revision integer not null,
  last_position bigint not null,
  primary key (tenant, node, valid_from)
);
