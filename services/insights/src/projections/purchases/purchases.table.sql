-- A purchase is known once by source and id, whatever the bus repeats, and its lines come with it. Keys grow with the log, so
-- that a range index finds a purchase of a line, lines of a purchase, or what came since a position, at next to no cost.
create table {{fact_purchase}} (
  purchase_key bigint not null,
  total bigint not null,
  occurred_at timestamptz(3) not null,
  line_count integer not null,
  tenant text collate "C" not null,
  source text collate "C" not null,
  purchase_id text collate "C" not null,
  unit text collate "C" not null,
  store text collate "C" not null,
  currency text collate "C" not null,
  verdict text collate "C" not null,
  member text collate "C",
  order_id text collate "C",
  primary key (tenant, source, purchase_id)
);

create index on {{fact_purchase}} using brin (purchase_key) with (pages_per_range = 32);

create table {{fact_purchase_line}} (
  purchase_key bigint not null,
  amount bigint not null,
  line_number integer not null,
  line text collate "C" not null,
  quantity text collate "C" not null,
  sku text not null,
  category text,
  brand text
);

create index on {{fact_purchase_line}} using brin (purchase_key) with (pages_per_range = 32);

create table {{fact_return}} (
  return_key bigint not null,
  tenant text collate "C" not null,
  source text collate "C" not null,
  return_id text collate "C" not null,
  purchase_source text collate "C",
  purchase_id text collate "C",
  member text collate "C",
  unit text collate "C" not null,
  store text collate "C" not null,
  occurred_at timestamptz(3) not null,
  currency text collate "C" not null,
  total bigint not null,
  line_count integer not null,
  primary key (tenant, source, return_id)
);

create index on {{fact_return}} using brin (return_key) with (pages_per_range = 32);
