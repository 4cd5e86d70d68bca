-- What proves the log of this schema unchanged: its events as leaves of an RFC 6962 tree, and signed notes of the tree's root.

-- The number of every sealed event in the log, without a gap from 0 on: its leaf's index.
create table sealed_event (
  event_id uuid not null,
  seq bigint not null,
  stream text collate "C" not null,
  revision integer not null
);
create unique index sealed_event_seq on sealed_event (seq);
-- Ids are not unique: a writer may store the same id again at the head of its stream (rule R4 of the event store).
create index sealed_event_id on sealed_event (event_id);

-- The tree in tiles of up to 256 hashes (C2SP tlog-tiles): level 0 has the leaf hashes, each level above one hash for each
-- full tile below. A tile that is not full grows; what it holds already stays.
create table tree_tile (
  level smallint not null,
  tile bigint not null,
  hashes bytea not null,
  primary key (level, tile)
) with (fillfactor = 50);
alter table tree_tile alter column hashes set storage external;

-- What was signed, for ever. `position` is that of the last event among the leaves.
create table checkpoint (
  size bigint primary key,
  position bigint not null,
  root bytea not null,
  key text collate "C" not null,
  note text not null,
  -- Signature lines of witnesses, to be put behind the note.
  cosignatures text not null default '',
  sealed_at timestamptz(3) not null default clock_timestamp()
);
