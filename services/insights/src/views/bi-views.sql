-- What BI sees: stable names, documented in docs/bi-views.md. The columns of a view are only ever added to; a breaking
-- change is a view of another name, and the old one stays for a release (capabilities B7).
create schema if not exists bi;

create or replace view bi.purchases as
select purchase_key, tenant, source, purchase_id, member, unit, store, occurred_at, currency, total, verdict, order_id,
       line_count, purchase_key / 16 as last_position
  from insights.fact_purchase;

create or replace view bi.purchase_lines as
select purchase_key, line_number, line, sku, category, brand, quantity, amount, purchase_key / 16 as last_position
  from insights.fact_purchase_line;

create or replace view bi.returns as
select return_key, tenant, source, return_id, purchase_source, purchase_id, member, unit, store, occurred_at, currency, total,
       line_count, return_key / 16 as last_position
  from insights.fact_return;

create or replace view bi.points_movements as
select movement_key, movement_number, tenant, program, account, account_revision, member, kind, asset, issuer, unit, store,
       effective_at, source, source_id, points, movement_key / 128 as last_position, reference
  from insights.fact_points_movement;

create or replace view bi.members as
select tenant, member, account, program, enrolled_at, unit, store, tier, tier_valid_from, last_position
  from insights.dim_member;

create or replace view bi.member_tiers as
select tenant, member, tier, valid_from, valid_to, last_position
  from insights.dim_member_tier;

create or replace view bi.units as
select tenant, node, valid_from, lead(valid_from) over (partition by tenant, node order by valid_from) as valid_to,
       kind, name, parent, unit, format, legal_entity, ownership, zone, open, last_position
  from insights.dim_node;

-- How far each topic that feeds these views is behind: the position of its slowest partition; the head of the producer's
-- log and the oldest event that BI does not show yet, where that log lies in this database and is heard from it.
do $$
declare
  producer text;
  heads text := 'select null::text, null::bigint where false';
  unseen text := '';
begin
  foreach producer in array array['campaigns', 'ledger', 'membership', 'organization'] loop
    if to_regclass(producer || '.log_counter') is not null then
      heads := heads || format(' union all select %1$L, last_position from %1$I.log_counter', producer);
      unseen := unseen || format(
        ' when %1$L then (select e.recorded_at from %1$I.event e where e.position > f.last_position'
        ' order by e.position limit 1)', producer);
    end if;
  end loop;
  execute
    'create or replace view bi.freshness as'
    ' with followed as ('
    '   select topic, split_part(topic, ''.'', 1) as producer, min(position) as last_position, bool_and(epoch > 0) as on_log'
    '     from insights.consumer_position where consumer = ''insights'' group by topic),'
    ' head (producer, position) as (' || heads || ')'
    ' select f.topic, f.last_position, h.position as head, h.position - f.last_position as behind,'
    || case when unseen = '' then ' null::timestamptz(3)'
            else ' case when h.position > f.last_position then case f.producer' || unseen || ' end end' end
    || ' as oldest_unseen_at'
    '   from followed f left join head h on h.producer = f.producer and f.on_log and h.position >= f.last_position';
end $$;

-- Who may read: roles in tallystick_bi (docs/bi-views.md). A role belongs to the server and may be there already. The
-- projections' own views check the rights of who reads, so the role may read the tables behind them; as it may not use
-- their schema, it cannot name them: the views of bi are the only way.
do $$
declare
  fact record;
begin
  if not exists (select from pg_roles where rolname = 'tallystick_bi') then
    if not (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) then
      raise warning E'the given role may not create roles: nobody reads the views of the schema bi; an administrator would run '
        'the following, and the next boot gives the rights\ncreate role tallystick_bi nologin;';
      return;
    end if;
    begin
      create role tallystick_bi nologin nosuperuser nocreatedb nocreaterole nobypassrls;
      alter role tallystick_bi set default_transaction_read_only = on;
      alter role tallystick_bi set statement_timeout = '60s';
    exception when duplicate_object or unique_violation then
      null; -- Another database of this server was faster.
    end;
  end if;
  grant usage on schema bi to tallystick_bi;
  grant select on all tables in schema bi to tallystick_bi;
  for fact in select tablename from pg_tables where schemaname = 'insights' and tablename ~ '^(fact|dim)_' loop
    execute format('grant select on insights.%I to tallystick_bi', fact.tablename);
  end loop;
end $$;
