-- How far each consumer of this schema has come: group offsets of the bus, projections that live from a log, and offsets
-- that a projection keeps with its rows. A position moves only in step, so nothing is skipped and nothing taken twice.
create table consumer_position (
  consumer text collate "C" not null,
  topic text collate "C" not null,
  partition integer not null check (partition >= 0),
  position bigint not null default 0 check (position >= 0),
  owner text collate "C",
  epoch integer not null default 0,
  lease_until timestamptz,
  primary key (consumer, topic, partition)
) with (fillfactor = 50);

-- Who shares a consumer's partitions just now; a member that stays silent past its time counts no more.
create table consumer_member (
  consumer text collate "C" not null,
  topic text collate "C" not null,
  member text collate "C" not null,
  seen_until timestamptz not null,
  primary key (consumer, topic, member)
) with (fillfactor = 50);

-- Moves positions from where their holder left them, all or none. A place that nobody leases (epoch 0) begins with its
-- first move. Partitions are given in ascending order and, with no other plan to choose, locked in it, so that two calls do
-- not wait for each other in a circle.
create function move_checkpoint(
  in_consumer text, in_topic text, in_partitions integer[], in_epochs integer[], in_froms bigint[], in_tos bigint[]
) returns void language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  moved integer;
  begun integer;
begin
  update consumer_position as place set position = step.end_at
    from unnest(in_partitions, in_epochs, in_froms, in_tos) as step (partition, epoch, start_at, end_at)
   where place.consumer = in_consumer and place.topic = in_topic and place.partition = step.partition
     and place.epoch = step.epoch and place.position = step.start_at;
  get diagnostics moved = row_count;
  if moved = cardinality(in_partitions) then
    return;
  end if;
  insert into consumer_position (consumer, topic, partition, position)
  select in_consumer, in_topic, step.partition, step.end_at
    from unnest(in_partitions, in_epochs, in_froms, in_tos) as step (partition, epoch, start_at, end_at)
   where step.epoch = 0 and step.start_at = 0
   order by step.partition
  on conflict do nothing;
  get diagnostics begun = row_count;
  if moved + begun <> cardinality(in_partitions) then
    raise exception 'checkpoint-lost' using errcode = 'TS001', detail = coalesce((
      select format('%s on %s, partition %s: not at %s under epoch %s',
                    in_consumer, in_topic, step.partition, step.start_at, step.epoch)
        from unnest(in_partitions, in_epochs, in_froms, in_tos) as step (partition, epoch, start_at, end_at)
       where not exists (
         select from consumer_position as place
          where place.consumer = in_consumer and place.topic = in_topic and place.partition = step.partition
            and place.epoch = step.epoch and place.position = step.end_at
       )
       order by step.partition limit 1
    ), format('%s on %s: somebody else has made the step', in_consumer, in_topic));
  end if;
end;
$$;
