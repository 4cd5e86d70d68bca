-- The journal's legs as rows, for BI and auditors. The function finds `journal` when it is read, so that the view stands
-- before the read model does and outlives each of its versions; without settings of its own it is inlined.
set local check_function_bodies = off;

do $body$
begin
  execute format($text$
    create function posting_rows() returns table (
      account uuid, revision integer, "position" bigint, tenant text, type text, source text, source_id text,
      effective_at timestamptz, recorded_at timestamptz, leg bigint, asset text, book text, issuer text, amount bigint
    ) language sql stable as $function$
      select j.account, j.revision, j.position, j.tenant, j.type, j.source, j.source_id, j.effective_at, j.recorded_at,
             p.leg, split_part(p.line, ' ', 2), split_part(p.line, ' ', 1), split_part(p.line, ' ', 3),
             split_part(p.line, ' ', 4)::bigint
      from %1$I.journal j, string_to_table(j.postings, E'\n') with ordinality as p(line, leg)
    $function$
  $text$, current_schema());
end $body$;

create view posting with (security_invoker = true) as select * from posting_rows();
