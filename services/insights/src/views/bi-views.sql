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
       effective_at, source, source_id, points, movement_key / 32 as last_position
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

-- How far each fact table is behind: position of the slowest partition, head of the producer's log where it lies in this
-- database, and when the oldest event was recorded that BI does not show yet.
do $$
declare
  producer text;
  part text := '';
begin
  foreach producer in array array['campaigns', 'ledger', 'membership', 'organization'] loop
    if to_regclass(producer || '.log_counter') is not null then
      part := part || format(
        ' union all select f.topic, f.last_position, c.last_position as head, c.last_position - f.last_position as behind,'
        ' (select e.recorded_at from %1$I.event e where e.position > f.last_position order by e.position limit 1)'
        ' as oldest_unseen_at from followed f, %1$I.log_counter c where split_part(f.topic, ''.'', 1) = %1$L', producer);
    end if;
  end loop;
  execute 'create or replace view bi.freshness as with followed as (select topic, min(position) as last_position'
    ' from insights.consumer_position where consumer = ''insights'' group by topic) '
    || coalesce(nullif(substr(part, length(' union all ') + 1), ''),
         'select topic, last_position, null::bigint as head, null::bigint as behind, null::timestamptz(3) as oldest_unseen_at'
         ' from followed');
end $$;
