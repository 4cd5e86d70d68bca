-- Which events the leaves are: one row for each checkpoint, since a row and two index entries for each event cost the log a
-- tenth of its rate. `streams` and `revisions` belong to the leaves from `first` on, in order.
create table sealed_batch (
  first bigint primary key,
  streams text[] collate "C" not null,
  revisions integer[] not null
);
-- Compressing them would cost more than it saves.
alter table sealed_batch alter column streams set storage external, alter column revisions set storage external;

insert into sealed_batch
select c.first, array_agg(e.stream order by e.seq), array_agg(e.revision order by e.seq)
from (select size, lag(size, 1, 0::bigint) over (order by size) as first from checkpoint) c
  join sealed_event e on e.seq >= c.first and e.seq < c.size
group by c.first;

drop table sealed_event;

-- Finds the checkpoint that an event came in with.
create index checkpoint_position on checkpoint (position);
