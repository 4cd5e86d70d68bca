-- What each account holds of each asset. Equal to the sum of its lots (a score has none), and to that of its postings.
create table {{balance}} (
  account uuid not null,
  asset text collate "C" not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  holder text collate "C" not null,
  available bigint not null check (available >= 0),
  pending bigint not null default 0 check (pending >= 0),
  held bigint not null default 0 check (held >= 0),
  -- Asked back and not found.
  uncollectable bigint not null check (uncollectable >= 0),
  revision integer not null,
  position bigint not null,
  primary key (account, asset)
) with (fillfactor = 50);

-- Each lot and what became of it (capabilities L3).
create table {{lot}} (
  account uuid not null,
  lot text collate "C" not null,
  asset text collate "C" not null,
  issuer text collate "C" not null,
  store text collate "C" not null,
  unit_cost text collate "C" not null,
  priority integer not null,
  effective_at timestamptz(3) not null,
  expires_at timestamptz(3),
  granted bigint not null,
  pending bigint not null default 0,
  available bigint not null,
  held bigint not null default 0,
  spent bigint not null default 0,
  expired bigint not null default 0,
  reversed bigint not null,
  moved bigint not null default 0,
  -- Of the event that granted it.
  revision integer not null,
  primary key (account, lot),
  constraint lot_is_conserved check (granted = pending + available + held + spent + expired + reversed + moved),
  constraint lot_is_not_negative check (least(pending, available, held, spent, expired, reversed, moved) >= 0)
) with (fillfactor = 90);

-- The double-entry journal: one row per event of an account, its legs as arrays of equal length.
create table {{journal}} (
  account uuid not null,
  revision integer not null,
  position bigint not null,
  tenant text collate "C" not null,
  type text collate "C" not null,
  -- The purchase or return that caused it.
  source text collate "C",
  source_id text collate "C",
  -- The purchase whose evaluation explains it; absent for an unlinked return.
  purchase_source text collate "C",
  purchase_id text collate "C",
  receipt text collate "C",
  store text collate "C",
  effective_at timestamptz(3),
  recorded_at timestamptz(3) not null,
  asset text[] collate "C" not null,
  book text[] collate "C" not null,
  issuer text[] collate "C" not null,
  amount bigint[] not null,
  primary key (account, revision),
  constraint journal_legs_are_whole check (
    cardinality(asset) = cardinality(amount) and cardinality(book) = cardinality(amount)
    and cardinality(issuer) = cardinality(amount)
  )
);
