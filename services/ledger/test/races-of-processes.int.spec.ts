import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { accountId } from '@tallystick/decider';
import { audienceOf } from '@tallystick/hosting';
import { LocalIssuer } from '@tallystick/http';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { CLIENTS, inRounds, type Round, ROUNDS } from './race-rounds';

const WORKSPACE = join(__dirname, '../../..');
const [TENANT, PROGRAM] = ['demo', 'main'];

jest.setTimeout(120_000 + ROUNDS * 10_000);

interface Replica {
  readonly child: ChildProcess;
  readonly url: string;
}

interface Answered {
  readonly status: number;
  readonly code?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'tallystick-races-'));
let database: TestDatabase;
let pool: Pool;
let replicas: readonly Replica[];
let issuer: LocalIssuer;
let token: string;
let keys = 0;

/** The ledger as a process of its own that answers HTTP and nothing else; resolves when it listens. */
function startReplica(): Promise<Replica> {
  const child = spawn(process.execPath, ['-r', '@swc-node/register', join(WORKSPACE, 'services/ledger/src/main.ts')], {
    cwd: WORKSPACE,
    env: {
      PATH: process.env['PATH'],
      SWC_NODE_PROJECT: join(WORKSPACE, 'tsconfig.base.json'),
      DATABASE_URL: database.url,
      TALLY_DATA: folder,
      TALLY_PORT: '0',
      TALLY_ROLES: 'http',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the ledger ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, address } = JSON.parse(line) as { msg: string; address?: string };
      if (msg === 'listening' && address) resolve({ child, url: address });
    });
  });
}

beforeAll(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'races-of-processes' });
  // One after the other: the first makes the tables and the keys.
  const first = await startReplica();
  replicas = [first, await startReplica()];
  issuer = await LocalIssuer.open(folder, {});
});

afterAll(async () => {
  for (const { child } of replicas) child.kill('SIGKILL');
  await pool.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function post(replica: number, path: string, body: object): Promise<Answered> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': `race-${(keys += 1)}`,
  };
  const url = `${replicas[replica % replicas.length]!.url}/v1/accounts/${path}`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const { code } = (await answer.json()) as { code?: string };
  return { status: answer.status, code };
}

async function accountWith(member: string, points: number): Promise<string> {
  const account = accountId(TENANT, PROGRAM, member);
  // A campaign outlives a token.
  const audience = audienceOf('ledger');
  token = await issuer.issue({ subject: 'till', tenant: TENANT, program: PROGRAM, permissions: ['*'], audience });
  const lots = [{ issuer: 'mall', amount: String(points), unitCost: '1', activatedAt: '2026-01-01T00:00:00.000Z' }];
  const body = { importId: 'i-1', member, asset: 'POINTS', expected: String(points), lots };
  expect(await post(0, `${account}/imports`, body)).toEqual({ status: 201, code: undefined });
  return account;
}

const hold = (holdId: string, amount: number) => ({ holdId, asset: 'POINTS', amount: String(amount), unit: 'mall' });

/** All at once in the round's order, every other one to the other process; answers how often each answer came. */
async function atOnce(
  round: Round,
  requests: readonly (readonly [path: string, body: object])[],
): Promise<Record<string, number>> {
  const answers = await Promise.all(round.shuffled(requests).map(([path, body], index) => post(index, path, body)));
  const counts: Record<string, number> = {};
  for (const { status, code = '' } of answers) {
    const name = `${status} ${code}`.trim();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** How many events of each type the account's stream has, beside its opening. */
async function eventsOf(account: string): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ type: string; count: number }>(
    `select type, count(*)::int as count from ledger.event
      where stream = $1 and type not in ('AccountOpened', 'PointsImported') group by type order by type`,
    [`account-${TENANT}_${account}`],
  );
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}

describe(`${CLIENTS} clients of two processes on one database, ${ROUNDS} rounds each`, () => {
  it('let one of 64 holds of 100 points on 100 win, and refuse the others (case 46)', async () => {
    await inRounds(async (round) => {
      const account = await accountWith(round.named('one'), 100);
      const asked = Array.from({ length: CLIENTS }, (_, i) => [`${account}/holds`, hold(`H${i}`, 100)] as const);
      expect(await atOnce(round, asked)).toEqual({ '201': 1, '409 insufficient-points': CLIENTS - 1 });
      expect(await eventsOf(account)).toEqual({ HoldPlaced: 1 });
    });
  });

  it('let exactly as many holds win as there are points for (L18)', async () => {
    await inRounds(async (round) => {
      const account = await accountWith(round.named('some'), 1_000);
      const asked = Array.from({ length: CLIENTS }, (_, i) => [`${account}/holds`, hold(`H${i}`, 90)] as const);
      expect(await atOnce(round, asked)).toEqual({ '201': 11, '409 insufficient-points': CLIENTS - 11 });
      expect(await eventsOf(account)).toEqual({ HoldPlaced: 11 });
    });
  });

  it('place a hold of one name once, and answer the rest that it stands', async () => {
    await inRounds(async (round) => {
      const account = await accountWith(round.named('same'), 1_000);
      const asked = Array.from({ length: CLIENTS }, () => [`${account}/holds`, hold('H1', 90)] as const);
      expect(await atOnce(round, asked)).toEqual({ '200': CLIENTS - 1, '201': 1 });
      expect(await eventsOf(account)).toEqual({ HoldPlaced: 1 });
    });
  });

  it('let one end of a hold win, captured by 32 and released by 32 (case 47)', async () => {
    await inRounds(async (round) => {
      const account = await accountWith(round.named('ends'), 100);
      await atOnce(round, [[`${account}/holds`, hold('H1', 100)]]);
      const asked = Array.from({ length: CLIENTS }, (_, i) =>
        i % 2 === 0
          ? ([`${account}/holds/H1/capture`, { unit: 'mall' }] as const)
          : ([`${account}/holds/H1/release`, {}] as const),
      );
      expect(await atOnce(round, asked)).toEqual({ '200': CLIENTS / 2, '409 hold-ended': CLIENTS / 2 });
      const { HoldPlaced: placed, ...ends } = await eventsOf(account);
      expect([placed, Object.values(ends)]).toEqual([1, [1]]);
    });
  });
});
