-- One service's log (event-store-contract.md §2): append-only, one total order, what is visible is always a prefix.
create table event (
  position bigint not null,
  stream text collate "C" not null,
  revision integer not null,
  event_id uuid not null,
  type text collate "C" not null,
  version smallint not null,
  data bytea not null,
  metadata bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  recorded_at timestamptz(3) not null
) with (toast_tuple_target = 8160);

-- Up to a page an event stays in its row as it is: trying to compress each of some two kilobytes costs more than it saves.
alter table event alter column data set storage external;

create unique index event_position on event (position);
-- Guards every stream's next revision. Ids are not unique: the same id may be stored again at the head (rule R4).
create unique index event_stream_revision on event (stream, revision);

-- Its row lock is held from the moment positions are given out until the commit, so commit order is position order.
create table log_counter (
  singleton boolean primary key default true check (singleton),
  last_position bigint not null,
  last_recorded_at timestamptz(3) not null
) with (fillfactor = 10);

insert into log_counter (last_position, last_recorded_at) values (0, '-infinity');

-- Disposable copies of states; lost or unreadable, a state is folded again.
create table snapshot (
  stream text collate "C" primary key,
  revision integer not null,
  hash bytea not null,
  version integer not null,
  state bytea not null
);

create function refuse_event_change() returns trigger language plpgsql as $$
begin
  raise exception 'events are never changed: % on % is refused', tg_op, tg_table_name using errcode = 'TS003';
end $$;

create trigger event_is_append_only before update or delete on event
  for each row execute function refuse_event_change();
create trigger event_is_never_truncated before truncate on event
  for each statement execute function refuse_event_change();

-- The whole append: one call is one transaction. Raises TS002 where a stream is not where the writer believes it, or a
-- unique violation where another writer was faster, or whatever move_checkpoint raises; then nothing is written.
-- enable_seqscan is off because the statistics of a nearly empty table pin a sequential scan (performance.md §2).
create function append_events(
  streams text[], revisions integer[], event_ids uuid[], types text[], versions integer[], bodies bytea[],
  metadatas bytea[], prev_hashes bytea[], hashes bytea[],
  after_streams text[], after_revisions integer[], after_hashes bytea[],
  consumers text[], topics text[], partitions integer[], epochs integer[], froms bigint[], tos bigint[],
  channel text
) returns table (last bigint, recorded_ms bigint)
language plpgsql set search_path from current set enable_seqscan = off as $$
declare
  step record;
  stamp timestamptz(3);
  events integer := cardinality(streams);
begin
  for step in
    select m.consumer, m.topic, array_agg(m.partition order by m.partition) as partitions,
      array_agg(m.epoch order by m.partition) as epochs, array_agg(m.step_from order by m.partition) as froms,
      array_agg(m.step_to order by m.partition) as tos
    from unnest(consumers, topics, partitions, epochs, froms, tos)
      as m(consumer, topic, partition, epoch, step_from, step_to)
    group by m.consumer, m.topic order by m.consumer, m.topic
  loop
    perform move_checkpoint(step.consumer, step.topic, step.partitions, step.epochs, step.froms, step.tos);
  end loop;
  if exists (
    select from unnest(after_streams, after_revisions, after_hashes) as a(stream, revision, hash)
    where (select e.hash from event e where e.stream = a.stream and e.revision = a.revision) is distinct from a.hash
  ) then
    raise exception 'a stream is not where its writer believes it' using errcode = 'TS002';
  end if;
  if events = 0 then
    return query select 0::bigint, 0::bigint;
    return;
  end if;
  update log_counter set last_position = last_position + events,
    last_recorded_at = greatest(date_trunc('milliseconds', clock_timestamp()), last_recorded_at)
    returning last_position, last_recorded_at into last, stamp;
  insert into event (position, stream, revision, event_id, type, version, data, metadata, prev_hash, hash, recorded_at)
  select last - events + generate_series(1, events), unnest(streams), unnest(revisions), unnest(event_ids), unnest(types),
    unnest(versions), unnest(bodies), unnest(metadatas), unnest(prev_hashes), unnest(hashes), stamp;
  if channel is not null then
    perform pg_notify(channel, last::text);
  end if;
  recorded_ms := (extract(epoch from stamp) * 1000)::bigint;
  return next;
end $$;

-- For the items that append_events refused: each stream's head, and what is stored where an item would have gone.
create function examine_streams(streams text[], froms integer[], tos integer[])
returns table (place integer, revision integer, event_id uuid, hash bytea, "position" bigint)
language plpgsql stable set search_path from current set enable_seqscan = off as $$
begin
  return query
  select s.place::integer, e.revision, e.event_id, e.hash, e.position
  from unnest(streams, froms, tos) with ordinality as s(stream, first, last, place)
  cross join lateral (
    (select h.revision, h.event_id, h.hash, h.position from event h
      where h.stream = s.stream order by h.revision desc limit 1)
    union
    (select i.revision, i.event_id, i.hash, i.position from event i
      where i.stream = s.stream and i.revision between s.first and s.last)
  ) e
  order by s.place, e.revision;
end $$;
