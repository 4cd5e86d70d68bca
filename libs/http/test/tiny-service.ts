import { Controller, type DynamicModule, Get, Module, Post } from '@nestjs/common';
import {
  Amount,
  BusinessId,
  ListOf,
  Optional,
  Part,
  PositiveAmount,
  PurchasePaid,
  SignedAmount,
  Text,
} from '@tallystick/contracts';
import { position, type RefusalTable, reject } from '@tallystick/decider';
import { Metrics } from '@tallystick/observability';
import type { Pool } from '@tallystick/postgres';
import {
  AccessTokens,
  Answers,
  type Authenticator,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  createHttpApp,
  createHttpServer,
  Cursors,
  drain,
  type HttpApp,
  type HttpCommand,
  IdempotencyStore,
  IdOf,
  Idempotent,
  Inside,
  listAnswer,
  listen,
  LocalIssuer,
  LOCAL_ISSUER,
  MinPosition,
  type Page,
  PageOf,
  Permission,
  problem,
  problemOf,
  QueryOf,
  Refuses,
  requireSeen,
  Summary,
} from '../src';

class Note {
  @BusinessId() id!: string;
  @Text(200) text!: string;
}

/** A body with every kind of field that the cases of trust §3 A to C aim at. */
export class Transfer {
  @BusinessId() id!: string;
  @PositiveAmount() amount!: string;
  @Optional() @Amount() fee?: string;
  @Optional() @SignedAmount() correction?: string;
  @Optional() @Part(() => Note) note?: Note;
  @Optional() @ListOf(() => Note, 3) notes?: Note[];
}

class TransferQuery {
  @Optional() @BusinessId() unit?: string;
}

const REFUSALS: RefusalTable<'insufficient-points' | 'hold-ended'> = {
  'insufficient-points': {
    family: 'conflict',
    retryable: false,
    precedence: 1,
    title: { en: 'There are not enough points', zh: '积分不足' },
  },
  'hold-ended': {
    family: 'gone',
    retryable: false,
    precedence: 2,
    title: { en: 'The hold has ended', zh: '预留已结束' },
  },
};

/** What the tiny service writes to: one row per command, by command id. */
export interface Ledger {
  write(tenant: string, commandId: string, amount: string): Promise<void>;
  count(): Promise<number>;
}

@Controller('transfers')
class TransferController {
  constructor(private readonly ledger: Ledger) {}

  @Permission('transfers:write')
  @Idempotent()
  @Summary('Moves points', '转移积分')
  @Answers(201, Transfer)
  @Refuses(REFUSALS, 'insufficient-points')
  @Post()
  async make(@ContractBody(Transfer) body: Transfer, @CallerOf() caller: Caller, @CommandOf() command: HttpCommand) {
    if (body.amount === '100000') throw problemOf(reject('insufficient-points', { available: '1' }), REFUSALS);
    if (body.amount === '5') throw new Error('secret of the inside: relation "ledger" does not exist');
    await this.ledger.write(caller.tenant, command.id, body.amount);
    return { id: body.id, amount: body.amount, ...(body.note && { note: body.note }), command: command.id };
  }

  @Permission('transfers:read')
  @Get()
  list(@QueryOf(TransferQuery) _query: TransferQuery, @PageOf() page: Page) {
    const rows = Array.from({ length: 7 }, (_, n) => String(n)).filter((row) => row > (page.after?.[0] ?? ''));
    return listAnswer(
      page,
      rows.slice(0, page.limit + 1),
      (row) => [row],
      (row) => row,
    );
  }

  @Permission('transfers:read')
  @Get(':id')
  async one(@IdOf('id') id: string, @MinPosition() asked: string | undefined) {
    if (id !== 'known') throw problem('not-found');
    await requireSeen(asked, () => Promise.resolve(position(10)), { patienceMs: 30 });
    return { id };
  }
}

@Controller('purchases')
class PurchaseController {
  @Permission('purchases:write')
  @Idempotent()
  @Post()
  record(@ContractBody(PurchasePaid) purchase: PurchasePaid) {
    return { total: purchase.total };
  }
}

@Module({})
class TinyModule {
  static with(ledger: Ledger): DynamicModule {
    const controller = { provide: TransferController, useFactory: () => new TransferController(ledger) };
    return {
      module: TinyModule,
      controllers: [TransferController, PurchaseController],
      providers: [controller, { provide: Object, useValue: ledger }],
    };
  }
}

export interface TinyService {
  readonly url: string;
  readonly port: number;
  readonly http: HttpApp;
  readonly ledger: Ledger;
  readonly issuer: LocalIssuer;
  /** A token for all routes, or for the given permissions, of a tenant. */
  token(permissions?: readonly string[], tenant?: string): Promise<string>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  close(): Promise<void>;
}

export const AUDIENCE = 'tallystick/tiny';

/** A ledger in memory, for suites that look at the entrance only. */
export function memoryLedger(): Ledger {
  const rows = new Set<string>();
  return {
    write: (_tenant, commandId) => Promise.resolve(void rows.add(commandId)),
    count: () => Promise.resolve(rows.size),
  };
}

/** A ledger on Postgres whose second write of a command changes nothing. */
export async function postgresLedger(pool: Pool): Promise<Ledger> {
  await pool.query('create table if not exists effect (tenant text, command uuid primary key, amount text)');
  return {
    write: async (tenant, commandId, amount) => {
      await pool.query('insert into effect values ($1, $2, $3) on conflict do nothing', [tenant, commandId, amount]);
    },
    count: async () => Number((await pool.query('select count(*) as n from effect')).rows[0].n),
  };
}

/** Starts the tiny service on a free port of loopback. */
export async function startTinyService(
  dataFolder: string,
  store: IdempotencyStore,
  { ledger = memoryLedger(), authenticator }: { readonly ledger?: Ledger; readonly authenticator?: Authenticator } = {},
): Promise<TinyService> {
  const issuer = await LocalIssuer.open(dataFolder, {});
  const http = await createHttpApp({
    service: 'tiny',
    module: TinyModule.with(ledger),
    authenticator: authenticator ?? new AccessTokens({ issuer: LOCAL_ISSUER, audience: AUDIENCE, keys: issuer.keySet }),
    cursors: new Cursors(Buffer.alloc(32, 7)),
    idempotency: store,
    metrics: new Metrics('tiny'),
    inside: new Inside(),
    api: { title: 'Tiny', version: '1' },
  });
  await http.open();
  const server = createHttpServer(http.handle);
  const port = await listen(server, 0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const token = (permissions: readonly string[] = ['*'], tenant = 'demo') =>
    issuer.issue({ subject: 'till-1', tenant, program: 'main', permissions, audience: AUDIENCE });
  const bearer = async () => `Bearer ${await token()}`;
  return {
    url,
    port,
    http,
    ledger,
    issuer,
    token,
    get: async (path, headers) => fetch(url + path, { headers: { authorization: await bearer(), ...headers } }),
    post: async (path, body, headers) =>
      fetch(url + path, {
        method: 'POST',
        headers: {
          authorization: await bearer(),
          'content-type': 'application/json',
          'idempotency-key': nextKey(),
          ...headers,
        },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    close: async () => {
      await drain(server, 100);
      await http.close();
    },
  };
}

let keys = 0;

/** An idempotency key that no request of this process had before. */
export function nextKey(): string {
  return `key-${++keys}`;
}

/** Status and code of a refusal, and the pointers of its errors where it lists any. */
export async function refusalOf(answer: Response | Promise<Response>): Promise<string> {
  const got = await answer;
  const body = (await got.json()) as { code?: string; status?: number; errors?: readonly { pointer: string }[] };
  if (got.status >= 400 && !got.headers.get('content-type')?.startsWith('application/problem+json'))
    return 'no problem+json';
  return [got.status, body.code, body.errors?.[0]?.pointer].filter(Boolean).join(' ');
}
