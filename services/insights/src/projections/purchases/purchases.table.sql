create table {{fact_purchase}} (
  purchase_key bigint primary key,
  tenant text collate "C" not null,
  source text collate "C" not null,
  purchase_id text collate "C" not null,
  member text collate "C",
  unit text collate "C" not null,
  store text collate "C" not null,
  occurred_at timestamptz(3) not null,
  currency text collate "C" not null,
  total bigint not null,
  verdict text collate "C" not null,
  order_id text collate "C",
  line_count integer not null
);

create table {{fact_purchase_line}} (
  purchase_key bigint not null,
  line_number integer not null,
  line text collate "C" not null,
  sku text not null,
  category text,
  brand text,
  quantity text collate "C" not null,
  amount bigint not null,
  primary key (purchase_key, line_number)
);

create table {{fact_return}} (
  return_key bigint primary key,
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
  line_count integer not null
);
