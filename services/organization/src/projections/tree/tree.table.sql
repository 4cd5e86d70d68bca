create table {{node}} (
  tenant text collate "C" not null,
  node text collate "C" not null,
  valid_from text collate "C" not null,
  declaration text not null,
  revision integer not null,
  primary key (tenant, node, valid_from)
);
