-- What each account holds of each asset. Equal to the sum of its lots (a score has none), and to that of its postings. Here as
-- below what has a fixed width comes first: no gaps, and what changes lies together.
create table {{balance}} (
  available bigint not null check (available >= 0),
  pending bigint not null default 0 check (pending >= 0),
  held bigint not null default 0 check (held >= 0),
  -- Asked back and not found.
  uncollectable bigint not null check (uncollectable >= 0),
  -- Asked back, not found, and owed by the holder: repaid first by later accruals.
  deficit bigint not null default 0 check (deficit >= 0),
  position bigint not null,
  revision integer not null,
  account uuid not null,
  asset text collate "C" not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  holder text collate "C" not null,
  primary key (account, asset)
) with (fillfactor = 50);

-- Each lot and what became of it (capabilities L3).
create table {{lot}} (
  effective_at timestamptz(3) not null,
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
  priority integer not null,
  account uuid not null,
  lot text collate "C" not null,
  asset text collate "C" not null,
  issuer text collate "C" not null,
  store text collate "C" not null,
  unit_cost text collate "C" not null,
  -- When a lot that is pending becomes available; absent: at once, or on an event.
  activates_at timestamptz(3),
  expires_at timestamptz(3),
  -- Instead of expires_at, where its date was moved.
  extended_to timestamptz(3),
  primary key (account, lot),
  constraint lot_is_conserved check (granted = pending + available + held + spent + expired + reversed + moved),
  constraint lot_is_not_negative check (least(pending, available, held, spent, expired, reversed, moved) >= 0)
) with (fillfactor = 90);

-- What is due on a day, or in a minute, is found without a look at any other lot.
create index on {{lot}} (coalesce(extended_to, expires_at), account)
  where available > 0 and coalesce(extended_to, expires_at) is not null;
create index on {{lot}} (activates_at, account) where pending > 0 and activates_at is not null;

-- Each hold and how it ended.
create table {{hold}} (
  placed_at timestamptz(3) not null,
  until timestamptz(3) not null,
  amount bigint not null,
  captured bigint not null,
  cancelled bigint not null,
  -- Of the event that last changed it.
  revision integer not null,
  account uuid not null,
  hold text collate "C" not null,
  tenant text collate "C" not null,
  asset text collate "C" not null,
  unit text collate "C" not null,
  store text collate "C",
  state text collate "C" not null check (state in ('open', 'captured', 'released', 'lapsed')),
  primary key (account, hold)
) with (fillfactor = 80);

create index on {{hold}} (until, account) where state = 'open';

-- What tills have spent of leases that had ended, and what was decided on it.
create table {{late_settlement}} (
  received_at timestamptz(3) not null,
  decided_at timestamptz(3),
  amount bigint not null,
  account uuid not null,
  lease text collate "C" not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  asset text collate "C" not null,
  till text collate "C" not null,
  unit text collate "C" not null,
  store text collate "C",
  state text collate "C" not null check (state in ('waiting', 'honoured', 'refused')),
  reason text collate "C",
  redemption text collate "C",
  primary key (account, lease)
);

create index on {{late_settlement}} (tenant, program, state, received_at, account, lease);

-- What holders owe for loans and for what they spent on credit, paid or not.
create table {{debt}} (
  at timestamptz(3) not null,
  due_at timestamptz(3) not null,
  amount bigint not null,
  owed bigint not null check (owed >= 0),
  -- Of the event that last changed it.
  revision integer not null,
  -- True once it was said that it was not paid when it was due.
  overdue boolean not null,
  account uuid not null,
  debt text collate "C" not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  asset text collate "C" not null,
  unit text collate "C" not null,
  primary key (account, debt),
  constraint debt_is_not_overpaid check (owed <= amount)
) with (fillfactor = 80);

create index on {{debt}} (due_at, account) where owed > 0 and not overdue;

-- Adjustments above their makers' limits, and what a second person decided (capabilities L11).
create table {{adjustment_request}} (
  requested_at timestamptz(3) not null,
  decided_at timestamptz(3),
  -- Of the event that made it.
  position bigint not null,
  amount bigint not null check (amount <> 0),
  request uuid not null,
  account uuid not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  unit text collate "C" not null,
  adjustment text collate "C" not null,
  asset text collate "C" not null,
  reason text collate "C" not null,
  maker text collate "C" not null,
  decided_by text collate "C" check (decided_by <> maker),
  state text collate "C" not null check (state in ('pending', 'approved', 'turned-down')),
  primary key (request)
) with (fillfactor = 80);

create index on {{adjustment_request}} (tenant, program, position);
create index on {{adjustment_request}} (tenant, program, position) where state = 'pending';

-- Disputes of members about what purchases gave, and how each ended (capabilities L23).
create table {{dispute}} (
  opened_at timestamptz(3) not null,
  deadline timestamptz(3) not null,
  resolved_at timestamptz(3),
  account uuid not null,
  dispute text collate "C" not null,
  tenant text collate "C" not null,
  program text collate "C" not null,
  claim text collate "C" not null,
  -- Source and id of each purchase, separated by a colon; purchases by a space.
  purchases text collate "C" not null,
  state text collate "C" not null check (state in ('open', 'overdue', 'granted', 'declined')),
  -- The adjustment of a granted one, the reason of a declined one.
  outcome text collate "C",
  primary key (account, dispute)
) with (fillfactor = 80);

create index on {{dispute}} (deadline, account, dispute) where state = 'open';

-- The double-entry journal: one row per event of an account. The view `posting` gives its legs as rows.
create table {{journal}} (
  position bigint not null,
  recorded_at timestamptz(3) not null,
  account uuid not null,
  revision integer not null,
  tenant text collate "C" not null,
  type text collate "C" not null,
  -- A line per leg: book, asset, issuer and amount, each separated by a space.
  postings text collate "C" not null,
  -- The purchase or return that caused it.
  source text collate "C",
  source_id text collate "C",
  -- The purchase whose evaluation explains it, where that is not what caused it; absent for an unlinked return.
  purchase_source text collate "C",
  purchase_id text collate "C",
  receipt text collate "C",
  store text collate "C",
  effective_at timestamptz(3),
  primary key (account, revision)
);
