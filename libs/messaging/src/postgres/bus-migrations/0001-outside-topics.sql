-- Topics that publishers outside write (design §6 "Bus port"). A service's log is its own topic and is never copied here.
create table topic_partition (
  topic text collate "C" not null,
  partition integer not null,
  next_offset bigint not null,
  primary key (topic, partition)
) with (fillfactor = 10);

create table record (
  topic text collate "C" not null,
  partition integer not null,
  "offset" bigint not null,
  key text collate "C",
  value bytea,
  headers bytea,
  at timestamptz(3) not null,
  primary key (topic, partition, "offset")
);

-- Appends records in the order given. The partitions' rows are locked in ascending order until the commit, so offsets
-- are gapless and become visible in their own order; a sequence would give neither.
create function append_records(to_topic text, partitions integer[], keys text[], bodies bytea[], heads bytea[])
returns bigint[] language plpgsql set search_path from current set enable_seqscan = off as $$
declare
  offsets bigint[];
begin
  perform from topic_partition t where t.topic = to_topic and t.partition = any (partitions)
    order by t.partition for update;
  with counted as (
    select u.partition, count(*) as records from unnest(partitions) as u(partition) group by u.partition
  ), moved as (
    update topic_partition t set next_offset = t.next_offset + c.records
    from counted c where t.topic = to_topic and t.partition = c.partition
    returning t.partition, t.next_offset - c.records as first_offset
  ), placed as materialized (
    select u.place, u.partition, u.key, u.body, u.head,
      m.first_offset + row_number() over (partition by u.partition order by u.place) - 1 as "offset"
    from unnest(partitions, keys, bodies, heads) with ordinality as u(partition, key, body, head, place)
    join moved m on m.partition = u.partition
  ), written as (
    insert into record (topic, partition, "offset", key, value, headers, at)
    select to_topic, p.partition, p."offset", p.key, p.body, p.head, clock_timestamp() from placed p
  )
  select array_agg(p."offset" order by p.place) into offsets from placed p;
  if coalesce(cardinality(offsets), 0) <> cardinality(partitions) then
    raise exception 'topic % has no such partitions', to_topic using errcode = 'TS010';
  end if;
  perform pg_notify('tallystick_bus', to_topic);
  return offsets;
end $$;
