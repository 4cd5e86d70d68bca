import { canonicalJson, eventHash, eventId, type NewEvent, START } from '@tallystick/decider';
import { createProjectionTables, ProjectionRunner } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../src/application/account-commands';
import { AccountProver } from '../src/application/account-prover';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountProofProjection } from '../src/projections/account-proof/account-proof.projection';
import { AccountProofs, type ViolationRow } from '../src/projections/account-proof/account-proof.query';
import { accountOf, batchOf, LedgerFixture, purchase, TENANT } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
const COMMAND = '0d0e7d5e-3d7f-5d7a-8f43-2f3f6d0a9b11';

let ledger: LedgerFixture;
let runners = 0;

beforeEach(async () => {
  ledger = await LedgerFixture.start();
  await createProjectionTables(ledger.pool, 'ledger', [accountProofProjection()]);
});

afterEach(() => ledger.stop());

/** Everything that the prover of a new process finds in the log as it is, and in what it says itself. */
async function found(): Promise<ViolationRow[]> {
  const { pool, store } = ledger;
  const member = `prover-${(runners += 1)}`;
  const projection = accountProofProjection();
  const runner = new ProjectionRunner({ projection, store, pool, service: 'ledger', member });
  runner.start();
  await Promise.race([runner.reached(await store.logHead()), runner.failed]);
  await Promise.race([runner.reached(await store.logHead()), runner.failed]);
  await runner.stop();
  return new AccountProofs(pool).violations(TENANT, '0', 100);
}

async function earn(member: string, id: string): Promise<void> {
  await whenPurchaseQualifiedAccrue(ledger.application)(batchOf([purchase(member, id, MONDAY, 100)]));
}

const at = instant('2026-11-03T10:00:00.000Z');
const terms = { asset: 'POINTS', amount: 60n, ttlSeconds: 3_600, unit: 'mall', expireUnderHold: 'protect' as const };

async function placeHold(member: string, hold: string, number: number): Promise<void> {
  const account = accountOf(member);
  const command = { kind: 'place-hold', tenant: TENANT, account, at, hold, ...terms } as const;
  const { results } = await ledger.application.accounts.executeMany([item(account, command, number)]);
  expect(results.map(({ kind }) => kind)).toEqual(['appended']);
}

async function held(member: string): Promise<string> {
  await earn(member, `P-${member}`);
  const account = accountOf(member);
  const on = { tenant: TENANT, account, at, hold: 'H1' };
  const { results } = await ledger.application.accounts.executeMany([
    item(account, { kind: 'place-hold', ...on, ...terms }, 1),
    item(account, { kind: 'capture-hold', ...on, beyondHold: false, unit: 'mall' }, 2),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['appended', 'appended']);
  return account;
}

type Item = Parameters<LedgerFixture['application']['accounts']['executeMany']>[0][number];

function item(account: string, command: Item['command'], number: number): Item {
  const metadata = { actor: 'till:1', commandId: `00000000-0000-4000-8000-00000000000${number}` };
  return { stream: accountStream(TENANT, account), command, metadata };
}

/** Appends an event that no decider would have made, well chained: what a defect, or an intruder, could write. */
async function smuggle(account: string, type: string, data: unknown): Promise<void> {
  const stream = accountStream(TENANT, account);
  const head = (await ledger.store.streamHead(stream))!;
  const event = {
    id: eventId(COMMAND, head.revision),
    type,
    version: 1,
    data: Buffer.from(canonicalJson(data)),
    metadata: new Uint8Array(0),
    prevHash: head.hash,
  };
  const hash = eventHash({ ...event, stream, revision: head.revision + 1 });
  await ledger.store.append(stream, head.revision, [{ ...event, hash } satisfies NewEvent]);
}

async function dataOf(account: string, type: string): Promise<Record<string, unknown>> {
  const { events } = await ledger.store.readStream(accountStream(TENANT, account));
  const event = events.find((one) => one.type === type)!;
  return JSON.parse(Buffer.from(event.data).toString()) as Record<string, unknown>;
}

describe('the prover of the ledger', () => {
  it('finds nothing in what the deciders wrote', async () => {
    await held('m-1');
    await expect(found()).resolves.toEqual([]);
  });

  it('finds a hold that ends twice, though chain and legs are in order, and says it once', async () => {
    const account = await held('m-1');
    await smuggle(account, 'HoldCaptured', await dataOf(account, 'HoldCaptured'));
    const [violation, ...others] = await found();
    expect(violation).toMatchObject({ account, check: 'one-end', what: 'hold H1 ends though it is captured' });
    expect(violation!.test.match(/"type":"\w+"/g)).toEqual([
      '"type":"HoldPlaced"',
      '"type":"HoldCaptured"',
      '"type":"HoldCaptured"',
    ]);
    await expect(found()).resolves.toEqual([violation, ...others]);
  });

  it('finds a fault that was written after it had followed the account from memory', async () => {
    const account = await held('m-1');
    await expect(found()).resolves.toEqual([]);
    const { postings, ...placed } = await dataOf(account, 'HoldPlaced');
    const [first, ...rest] = postings as string[][];
    await smuggle(account, 'HoldPlaced', { ...placed, hold: 'H2', postings: [[...first!.slice(0, 3), '-1'], ...rest] });
    expect((await found()).map(({ check }) => check)).toContain('double-entry');
  });

  it('follows no account that only earns, keeps so much of the others in memory, and reads again what it has dropped', async () => {
    const prover = new AccountProver(ledger.store, 25);
    let after = START;
    const sizeAfterProof = async (): Promise<number> => {
      const page = await ledger.store.readAll({ after, max: 1_000 });
      after = page.next;
      await prover.prove(page.events);
      return prover.size;
    };
    for (let index = 0; index < 20; index++) await earn('m-1', `P${index}`);
    await earn('m-2', 'P0');
    await expect(sizeAfterProof()).resolves.toBe(0);
    await placeHold('m-1', 'H1', 1);
    await expect(sizeAfterProof()).resolves.toBe(22);
    await placeHold('m-2', 'H1', 2);
    await expect(sizeAfterProof()).resolves.toBe(25);
    await earn('m-3', 'P0');
    await placeHold('m-3', 'H1', 3);
    await expect(sizeAfterProof()).resolves.toBe(6);
    await placeHold('m-1', 'H2', 4);
    await expect(sizeAfterProof()).resolves.toBe(23);
  });

  it('finds a wrong accrual of an account that it does not follow', async () => {
    await earn('m-1', 'P0');
    await smuggle(accountOf('m-1'), 'PointsAccrued', {
      ...(await dataOf(accountOf('m-1'), 'PointsAccrued')),
      purchase: { source: 'till-1', id: 'P-forged' },
      postings: [['available', 'POINTS', 'hotel', '1']],
    });
    const checks = new Set((await found()).map(({ check }) => check));
    expect(checks).toEqual(new Set(['double-entry', 'invariant', 'slices']));
  });
});
