-- Whoever writes a projection's rows holds this lock shared; whoever puts other tables in their place holds it alone.
create function projection_gate(in_projection text) returns bigint language sql stable as $$
  select hashtextextended('tallystick/projection/' || current_schema() || '/' || in_projection, 0);
$$;

-- All that a projection needs in the transaction of its rows, before them: its gate, the certainty that none of the step
-- was taken ahead (TS004 otherwise: then what was taken is to be told apart first), and the step itself (TS001 where the
-- position is another's by now).
create function step_projection(
  in_projection text, in_version text, in_consumer text, in_topic text,
  in_partitions integer[], in_epochs integer[], in_froms bigint[], in_tos bigint[]
) returns void language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  perform pg_advisory_xact_lock_shared(projection_gate(in_projection));
  if exists (
    select from unnest(in_partitions, in_froms, in_tos) as step (partition, start_at, end_at)
      join consumed_ahead as ahead
        on ahead.consumer = in_version and ahead.topic = in_topic and ahead.partition = step.partition
       and ahead.position > step.start_at and ahead.position <= step.end_at
  ) then
    raise exception 'taken-ahead' using errcode = 'TS004';
  end if;
  perform move_checkpoint(in_consumer, in_topic, in_partitions, in_epochs, in_froms, in_tos);
end;
$$;
