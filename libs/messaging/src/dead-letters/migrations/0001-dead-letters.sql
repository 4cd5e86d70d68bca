-- Records that a consumer gave up, with their bytes, so that they can be delivered again.
create table dead_letter (
  id bigint generated always as identity primary key,
  consumer text collate "C" not null,
  topic text collate "C" not null,
  partition integer not null,
  position bigint not null,
  key text collate "C",
  code text collate "C" not null,
  pointer text,
  detail text,
  payload_hash bytea not null,
  payload bytea,
  headers text,
  at timestamptz(3) not null default clock_timestamp(),
  redriven_at timestamptz(3),
  redriven_by text,
  reason text
);

-- A redelivered record is given up once: the second letter of the same record is the first.
create unique index dead_letter_once on dead_letter (consumer, topic, partition, position, coalesce(key, ''));
create index dead_letter_open on dead_letter (id) where redriven_at is null;

-- Every attempt to deliver one again, whoever asked and however it ended.
create table redrive (
  id bigint generated always as identity primary key,
  dead_letter bigint not null references dead_letter (id),
  asked_by text not null,
  reason text not null,
  answer text not null,
  code text collate "C",
  at timestamptz(3) not null default clock_timestamp()
);
