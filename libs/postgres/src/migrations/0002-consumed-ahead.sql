-- What a consumer took although its position does not stand for it yet: records beside a refused one, and redriven dead
-- letters. Where such a record comes again, it is known; normally the table is empty.
create table consumed_ahead (
  consumer text collate "C" not null,
  topic text collate "C" not null,
  partition integer not null,
  position bigint not null,
  taken_at timestamptz not null default now(),
  primary key (consumer, topic, partition, position)
);
