import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { Client } from 'pg';
import { moveCheckpoint, type PositionMove } from './checkpoint';
import { isCheckpointLost } from './faults';
import { CONSUMER_MIGRATIONS, migrate } from './migrate';
import { createPool, type Pool } from './pool';
import { fairShare, type PositionLease, PositionLeases } from './position-leases';
import { inTransaction } from './transaction';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

const CONSUMER = 'ledger';
const TOPIC = 'campaigns.purchase-qualified.v1';
const TWELVE = Array.from({ length: 12 }, (_, partition) => partition);
const START = '0'.repeat(20);
const LONG = { leaseMs: 60_000 };

let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 4, applicationName: 'leases-spec', searchPath: 'ledger' });
  await migrate(pool, 'ledger', [CONSUMER_MIGRATIONS]);
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

const partitionsOf = (leases: readonly PositionLease[]): readonly number[] => leases.map(({ partition }) => partition);

const move = (moves: readonly PositionMove[]): Promise<void> =>
  inTransaction(pool, (connection) => moveCheckpoint(connection, { consumer: CONSUMER, topic: TOPIC, moves }));

/** The members' time passes: as if they had stayed silent for longer than their leases. */
async function leasesRunOut(member: string): Promise<void> {
  await pool.query("update consumer_member set seen_until = now() - interval '1 second' where member = $1", [member]);
  await pool.query("update consumer_position set lease_until = now() - interval '1 second' where owner = $1", [member]);
}

describe('fairShare', () => {
  it('gives all partitions out, in shares that differ by at most one', () => {
    expect([0, 1, 2, 3, 4].map((rank) => fairShare(12, 5, rank))).toEqual([3, 3, 2, 2, 2]);
    expect(fairShare(1, 2, 1)).toBe(0);
  });
});

describe('PositionLeases', () => {
  it('gives a lonely member everything, from the start, under the first epoch', async () => {
    const leases = await new PositionLeases(pool, 'a').claim(CONSUMER, TOPIC, TWELVE, LONG);
    expect(leases).toEqual(TWELVE.map((partition) => ({ partition, epoch: 1, position: START })));
  });

  it('keeps epoch and position while it is renewed', async () => {
    const member = new PositionLeases(pool, 'a');
    await member.claim(CONSUMER, TOPIC, [0], LONG);
    await move([{ partition: 0, epoch: 1, from: START, to: '7' }]);
    expect(await member.claim(CONSUMER, TOPIC, [0], LONG)).toEqual([
      { partition: 0, epoch: 1, position: '00000000000000000007' },
    ]);
  });

  it('is asked once, with one statement, where nothing has to come or go', async () => {
    const [first, second] = [new PositionLeases(pool, 'a'), new PositionLeases(pool, 'b')];
    for (const member of [first, second, first, second]) await member.claim(CONSUMER, TOPIC, TWELVE, LONG);
    const asked = jest.spyOn(Client.prototype, 'query');
    try {
      expect(partitionsOf(await first.claim(CONSUMER, TOPIC, TWELVE, LONG))).toEqual([0, 1, 2, 3, 4, 5]);
      expect(partitionsOf(await second.claim(CONSUMER, TOPIC, TWELVE, LONG))).toEqual([6, 7, 8, 9, 10, 11]);
      expect(asked).toHaveBeenCalledTimes(2);
    } finally {
      asked.mockRestore();
    }
  });

  it('stays alive by a renewal that changes nothing else', async () => {
    const [first, second] = [new PositionLeases(pool, 'a'), new PositionLeases(pool, 'b')];
    await first.claim(CONSUMER, TOPIC, TWELVE, LONG);
    await leasesRunOut('a');
    await first.claim(CONSUMER, TOPIC, TWELVE, LONG);
    expect(await second.claim(CONSUMER, TOPIC, TWELVE, LONG)).toEqual([]);
    expect(partitionsOf(await first.claim(CONSUMER, TOPIC, TWELVE, LONG))).toHaveLength(6);
  });

  it("takes a silent member's share over with the first claim after its lease", async () => {
    const [first, second] = [new PositionLeases(pool, 'a'), new PositionLeases(pool, 'b')];
    for (const member of [first, second, first, second]) await member.claim(CONSUMER, TOPIC, TWELVE, LONG);
    await leasesRunOut('a');
    expect(partitionsOf(await second.claim(CONSUMER, TOPIC, TWELVE, LONG))).toEqual(TWELVE);
    const { rows } = await pool.query('select member from consumer_member');
    expect(rows).toEqual([{ member: 'b' }]);
  });

  it('takes back what another took while it was silent, as far as its share goes', async () => {
    const [first, second] = [new PositionLeases(pool, 'a'), new PositionLeases(pool, 'b')];
    await first.claim(CONSUMER, TOPIC, TWELVE, LONG);
    await leasesRunOut('a');
    expect(partitionsOf(await second.claim(CONSUMER, TOPIC, TWELVE, LONG))).toEqual(TWELVE);
    expect(await first.claim(CONSUMER, TOPIC, TWELVE, LONG)).toEqual([]);
    await second.claim(CONSUMER, TOPIC, TWELVE, LONG);
    expect(partitionsOf(await first.claim(CONSUMER, TOPIC, TWELVE, LONG))).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('shares with a second member: six and six, and the moved ones under a new epoch', async () => {
    const [first, second] = [new PositionLeases(pool, 'a'), new PositionLeases(pool, 'b')];
    await first.claim(CONSUMER, TOPIC, TWELVE, LONG);
    expect(await second.claim(CONSUMER, TOPIC, TWELVE, LONG)).toEqual([]);
    const kept = await first.claim(CONSUMER, TOPIC, TWELVE, LONG);
    const got = await second.claim(CONSUMER, TOPIC, TWELVE, LONG);
    expect(partitionsOf(kept)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(kept.every(({ epoch }) => epoch === 1)).toBe(true);
    expect(partitionsOf(got)).toEqual([6, 7, 8, 9, 10, 11]);
    expect(got.every(({ epoch }) => epoch === 2)).toBe(true);
  });

  it('never gives one partition to two members that claim at the same moment', async () => {
    const members = ['a', 'b', 'c'].map((name) => new PositionLeases(pool, name));
    for (let round = 0; round < 3; round++) {
      await Promise.all(members.map((member) => member.claim(CONSUMER, TOPIC, TWELVE, LONG)));
    }
    const shares = await Promise.all(members.map((member) => member.claim(CONSUMER, TOPIC, TWELVE, LONG)));
    expect(shares.map((share) => share.length)).toEqual([4, 4, 4]);
    expect(shares.flatMap(partitionsOf).sort((one, other) => one - other)).toEqual(TWELVE);
  });

  it('hands the partitions of a silent member on, and fences what that member still tries', async () => {
    const [stalled, next] = [new PositionLeases(pool, 'a'), new PositionLeases(pool, 'b')];
    await stalled.claim(CONSUMER, TOPIC, [3], LONG);
    await move([{ partition: 3, epoch: 1, from: START, to: '5' }]);
    await leasesRunOut('a');
    expect(await next.claim(CONSUMER, TOPIC, [3], LONG)).toEqual([
      { partition: 3, epoch: 2, position: '00000000000000000005' },
    ]);
    const late: unknown = await move([{ partition: 3, epoch: 1, from: '5', to: '6' }]).catch((error: unknown) => error);
    expect(isCheckpointLost(late)).toBe(true);
    await move([{ partition: 3, epoch: 2, from: '5', to: '6' }]);
    expect(partitionsOf(await stalled.claim(CONSUMER, TOPIC, [3], LONG))).toEqual([]);
  });

  it('lets a member that woke up in time carry on under its epoch', async () => {
    const member = new PositionLeases(pool, 'a');
    await member.claim(CONSUMER, TOPIC, [0], LONG);
    await leasesRunOut('a');
    expect(await member.claim(CONSUMER, TOPIC, [0], LONG)).toEqual([{ partition: 0, epoch: 1, position: START }]);
  });

  it('leaves the only partition with who holds it, whatever a newcomer is called', async () => {
    const [first, newcomer] = [new PositionLeases(pool, 'b'), new PositionLeases(pool, 'a')];
    await first.claim(CONSUMER, TOPIC, [0], LONG);
    expect(await newcomer.claim(CONSUMER, TOPIC, [0], LONG)).toEqual([]);
    expect(partitionsOf(await first.claim(CONSUMER, TOPIC, [0], LONG))).toEqual([0]);
    expect(await newcomer.claim(CONSUMER, TOPIC, [0], LONG)).toEqual([]);
  });

  it('frees what is released, and everything at its close', async () => {
    const [first, second] = [new PositionLeases(pool, 'a'), new PositionLeases(pool, 'b')];
    await first.claim(CONSUMER, TOPIC, TWELVE, LONG);
    await first.release(CONSUMER, TOPIC, [11]);
    expect(await second.claim(CONSUMER, TOPIC, TWELVE, LONG)).toEqual([{ partition: 11, epoch: 2, position: START }]);
    await first.close();
    expect(partitionsOf(await second.claim(CONSUMER, TOPIC, TWELVE, LONG))).toEqual(TWELVE);
  });
});

describe('moveCheckpoint', () => {
  it('moves all partitions or none', async () => {
    await new PositionLeases(pool, 'a').claim(CONSUMER, TOPIC, [0, 1], LONG);
    const good: PositionMove = { partition: 0, epoch: 1, from: START, to: '4' };
    await expect(move([good, { partition: 1, epoch: 1, from: '3', to: '4' }])).rejects.toMatchObject({
      code: 'TS001',
      message: 'checkpoint-lost',
      detail: `${CONSUMER} on ${TOPIC}, partition 1: not at 3 under epoch 1`,
    });
    await move([{ partition: 1, epoch: 1, from: START, to: '9' }, good]);
    const { rows } = await pool.query('select partition, position from consumer_position order by partition');
    expect(rows).toEqual([
      { partition: 0, position: '4' },
      { partition: 1, position: '9' },
    ]);
  });

  it('begins a place that nobody leases with its first step, once', async () => {
    const first: PositionMove = { partition: 0, epoch: 0, from: START, to: '12' };
    await move([first]);
    await expect(move([first])).rejects.toMatchObject({ code: 'TS001' });
    await move([{ partition: 0, epoch: 0, from: '12', to: '15' }]);
  });
});
