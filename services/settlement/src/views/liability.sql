-- What units owe for their lots, and what became of the rest; signed, so that any sum is right. What is owed is the sum of
-- its parts: points = issued + reversed + redeemed + expired + adjusted + transferred (trust page, I6). An entry that was
-- not issued by a store belongs to the store that issued its lot; a lot that none issued has no store.
create or replace view settlement.liability with (security_invoker = true) as
with entry as (
  select tenant, program, issuer, nullif(store, '') as store, asset, cost_numerator, cost_denominator, entry, points
    from settlement.obligation_total where entry = 'issued'
  union all
  select o.tenant, o.program, o.issuer, origin.store, o.asset, o.cost_numerator, o.cost_denominator, o.entry, o.points
    from settlement.obligation o
    left join lateral (
      select i.store from settlement.obligation i
       where i.account = o.account and i.lot = o.lot and i.entry = 'issued'
       order by i.account_revision limit 1) origin on true
   where o.entry <> 'issued'
)
select tenant, program, issuer, store, asset, cost_numerator, cost_denominator,
       coalesce(sum(points) filter (where entry = 'issued'), 0)::numeric(38, 0) as issued,
       coalesce(sum(points) filter (where entry = 'reversed'), 0)::numeric(38, 0) as reversed,
       coalesce(sum(points) filter (where entry = 'redeemed'), 0)::numeric(38, 0) as redeemed,
       coalesce(sum(points) filter (where entry = 'expired'), 0)::numeric(38, 0) as expired,
       coalesce(sum(points) filter (where entry = 'adjusted'), 0)::numeric(38, 0) as adjusted,
       coalesce(sum(points) filter (where entry = 'transferred'), 0)::numeric(38, 0) as transferred,
       sum(points)::numeric(38, 0) as points
  from entry group by 1, 2, 3, 4, 5, 6, 7;

-- The liability of each unit by day (UTC) of what counts from it: opening + issued + reversed + redeemed + expired + adjusted +
-- transferred = closing, and the closing of a day is the opening of the next.
create or replace view settlement.liability_day with (security_invoker = true) as
with day as (
  select tenant, program, issuer, asset, (effective_at at time zone 'UTC')::date as day,
         coalesce(sum(points) filter (where entry = 'issued'), 0)::numeric(38, 0) as issued,
         coalesce(sum(points) filter (where entry = 'reversed'), 0)::numeric(38, 0) as reversed,
         coalesce(sum(points) filter (where entry = 'redeemed'), 0)::numeric(38, 0) as redeemed,
         coalesce(sum(points) filter (where entry = 'expired'), 0)::numeric(38, 0) as expired,
         coalesce(sum(points) filter (where entry = 'adjusted'), 0)::numeric(38, 0) as adjusted,
         coalesce(sum(points) filter (where entry = 'transferred'), 0)::numeric(38, 0) as transferred,
         sum(points) as moved
    from settlement.obligation group by 1, 2, 3, 4, 5
)
select tenant, program, issuer, asset, day,
       coalesce(sum(moved) over (past rows between unbounded preceding and 1 preceding), 0)::numeric(38, 0) as opening,
       issued, reversed, redeemed, expired, adjusted, transferred,
       (sum(moved) over (past rows unbounded preceding))::numeric(38, 0) as closing
  from day
window past as (partition by tenant, program, issuer, asset order by day);
