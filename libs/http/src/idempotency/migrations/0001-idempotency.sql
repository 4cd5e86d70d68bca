create table idempotency (
  tenant text collate "C" not null,
  credential text collate "C" not null,
  key text collate "C" not null,
  body_hash bytea not null,
  command_id uuid not null,
  taken_at timestamptz not null default now(),
  -- Kept for refusals only: whatever made events is answered from them again.
  status smallint,
  answer text,
  primary key (tenant, credential, key),
  check ((status is null) = (answer is null)),
  check (octet_length(body_hash) = 32)
);
