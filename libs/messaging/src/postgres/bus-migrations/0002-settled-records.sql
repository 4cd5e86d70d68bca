-- What each consumer of a topic has settled, as it last told: records beyond it, or before a consumer has told anything,
-- are kept. A consumer that is gone for good holds its topics until its rows here are deleted.
create table settled (
  topic text collate "C" not null,
  consumer text collate "C" not null,
  partition integer not null,
  position bigint not null,
  primary key (topic, consumer, partition)
) with (fillfactor = 10);
