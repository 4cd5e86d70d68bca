-- What the positions above were counted on (`TALLY_BUS`, `TALLY_STORE`): a position of one bus or store means nothing on
-- another. Written once, at the first boot.
create table installation (
  setting text collate "C" primary key,
  value text collate "C" not null
);
