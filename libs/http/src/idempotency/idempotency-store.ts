import { join } from 'node:path';
import { Gathering } from '@tallystick/decider';
import { byteaColumn, type Pool, textColumn, uuidColumn } from '@tallystick/postgres';

/** Folder of the migrations that make the table `idempotency` in a service's schema. */
export const IDEMPOTENCY_MIGRATIONS = join(__dirname, 'migrations');

/** A request with a key: whose, which, and what it asks for. */
export interface KeyedRequest {
  readonly tenant: string;
  readonly credential: string;
  readonly key: string;
  /** SHA-256 over method, address and body. */
  readonly bodyHash: Uint8Array;
  readonly commandId: string;
}

/** An answer as it left. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string;
}

/** What is known of a key: nothing (`new`), another request (`reused`), this one before (`again`), its final refusal. */
export type TakenKey =
  { readonly kind: 'new' | 'again' | 'reused' } | { readonly kind: 'answered'; readonly answer: KeptAnswer };

const NEW: TakenKey = { kind: 'new' };

interface Row {
  readonly tenant: string;
  readonly credential: string;
  readonly key: string;
  readonly body_hash: Buffer;
  readonly status: number | null;
  readonly answer: string | null;
}

const TAKE = `insert into idempotency (tenant, credential, key, body_hash, command_id)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::uuid[])
  on conflict do nothing returning command_id`;

const SELECT = `select tenant, credential, key, body_hash, status, answer from idempotency
  join unnest($1::text[], $2::text[], $3::text[]) as asked(tenant, credential, key) using (tenant, credential, key)`;

const KEEP = `update idempotency set status = kept.status, answer = kept.answer
  from unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[]) as kept(tenant, credential, key, status, answer)
  where (idempotency.tenant, idempotency.credential, idempotency.key) = (kept.tenant, kept.credential, kept.key)
    and idempotency.status is null`;

/**
 * Which idempotency keys were used for what, for ever (design §6 "Idempotency"). A key is on the disk before its
 * command is carried out: a database that comes back from a crash must not have the events without it. Requests that
 * arrive together share one statement.
 */
export class IdempotencyStore {
  private readonly taking: Gathering<KeyedRequest, TakenKey>;
  private readonly keeping: Gathering<KeyedRequest & { readonly answer: KeptAnswer }, void>;

  constructor(private readonly pool: Pool) {
    this.taking = new Gathering((requests) => this.takeAll(requests));
    this.keeping = new Gathering((answers) => this.keepAll(answers));
  }

  /** Takes a key for a request. The same key must not be taken twice at once by one process. */
  take(request: KeyedRequest): Promise<TakenKey> {
    return this.taking.add(request);
  }

  /** Keeps the final refusal of a request, so that its key is answered with it for ever. */
  keep(request: KeyedRequest, answer: KeptAnswer): Promise<void> {
    return this.keeping.add({ ...request, answer });
  }

  private async takeAll(requests: readonly KeyedRequest[]): Promise<readonly TakenKey[]> {
    const sorted = inOrder(requests);
    const inserted = await this.pool.query<{ command_id: string }>({
      name: 'idempotency-take',
      text: TAKE,
      values: [
        ...columns(sorted),
        byteaColumn(sorted.map(({ bodyHash }) => bodyHash)),
        uuidColumn(sorted.map(({ commandId }) => commandId)),
      ],
    });
    if (inserted.rows.length === requests.length) return requests.map(() => NEW);
    const fresh = new Set(inserted.rows.map((row) => row.command_id));
    const old = sorted.filter(({ commandId }) => !fresh.has(commandId));
    const found = await this.pool.query<Row>({ name: 'idempotency-find', text: SELECT, values: columns(old) });
    const known = new Map(found.rows.map((row) => [nameOf(row), row]));
    return requests.map((request) => (fresh.has(request.commandId) ? NEW : judge(request, known.get(nameOf(request)))));
  }

  private async keepAll(kept: readonly (KeyedRequest & { readonly answer: KeptAnswer })[]): Promise<readonly void[]> {
    const sorted = inOrder(kept);
    await this.pool.query({
      name: 'idempotency-keep',
      text: KEEP,
      values: [...columns(sorted), sorted.map(({ answer }) => answer.status), sorted.map(({ answer }) => answer.body)],
    });
    return kept.map(() => undefined);
  }
}

function judge({ key, bodyHash }: KeyedRequest, row: Row | undefined): TakenKey {
  if (!row) throw new Error(`the idempotency key ${key} was neither taken nor found`);
  if (!row.body_hash.equals(bodyHash)) return { kind: 'reused' };
  if (row.status === null || row.answer === null) return { kind: 'again' };
  return { kind: 'answered', answer: { status: row.status, body: row.answer } };
}

function nameOf({ tenant, credential, key }: Pick<KeyedRequest, 'tenant' | 'credential' | 'key'>): string {
  return `${tenant}\0${credential}\0${key}`;
}

/** One order in every process, so that two that take the same keys wait for each other and never in a circle. */
function inOrder<Request extends KeyedRequest>(requests: readonly Request[]): Request[] {
  return requests.toSorted((a, b) => (a.commandId < b.commandId ? -1 : 1));
}

function columns(requests: readonly Pick<KeyedRequest, 'tenant' | 'credential' | 'key'>[]): Buffer[] {
  return [
    textColumn(requests.map(({ tenant }) => tenant)),
    textColumn(requests.map(({ credential }) => credential)),
    textColumn(requests.map(({ key }) => key)),
  ];
}
