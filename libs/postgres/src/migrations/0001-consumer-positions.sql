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

-- Moves positions from where their holder left them, all or none. Partitions are given in ascending order, so that two
-- calls never wait for each other in a circle. A place that nobody leases (epoch 0) begins with its first move.
create function move_checkpoint(
  in_consumer text, in_topic text, in_partitions integer[], in_epochs integer[], in_froms bigint[], in_tos bigint[]
) returns void language plpgsql as $$
begin
  for i in 1 .. cardinality(in_partitions) loop
    update consumer_position as place set position = in_tos[i]
     where place.consumer = in_consumer and place.topic = in_topic and place.partition = in_partitions[i]
       and place.epoch = in_epochs[i] and place.position = in_froms[i];
    if not found and in_epochs[i] = 0 and in_froms[i] = 0 then
      insert into consumer_position (consumer, topic, partition, position)
      values (in_consumer, in_topic, in_partitions[i], in_tos[i])
      on conflict do nothing;
    end if;
    if not found then
      raise exception 'checkpoint-lost' using errcode = 'TS001',
        detail = format('%s on %s, partition %s: not at %s under epoch %s',
                        in_consumer, in_topic, in_partitions[i], in_froms[i], in_epochs[i]);
    end if;
  end loop;
end;
$$;
