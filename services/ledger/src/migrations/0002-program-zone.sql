-- The zone of each program by organization's contract: by its days lots end.
create table program_setting (
  tenant text collate "C" not null,
  program text collate "C" not null,
  revision integer not null,
  zone text not null,
  primary key (tenant, program)
);
