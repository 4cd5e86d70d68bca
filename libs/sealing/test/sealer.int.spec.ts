import type { RecordedEvent } from '@tallystick/decider';
import {
  eventLeafHash,
  GrowingTree,
  isSignedBy,
  readCheckpoint,
  readNote,
  signerOf,
  verifyConsistency,
  verifyInclusion,
} from '@tallystick/proof';
import { createPool } from '@tallystick/postgres';
import { until } from '@tallystick/testing';
import { AuditLog, checkpointsAfter, latestCheckpoint, sealedLeaves } from '../src';
import { ORIGIN, SealedLogFixture } from './sealed-log-fixture';

jest.setTimeout(60_000);

/** The root over events, by nothing but the tree. */
function rootOf(events: readonly RecordedEvent[]): Buffer {
  const tree = new GrowingTree(0, () => Buffer.alloc(0));
  tree.append(events.map(eventLeafHash));
  return tree.root();
}

describe('a sealer', () => {
  let log: SealedLogFixture;
  beforeEach(async () => {
    log = await SealedLogFixture.open();
  });
  afterEach(() => log.close());

  const checkpoints = () => checkpointsAfter(log.pool, 0, 10_000);

  it('signs the root over all events in log order, and every checkpoint is the root of its first events', async () => {
    await log.append(40);
    log.start({ batchSize: 7 });
    await log.sealedTo(40);
    const events = await log.events();
    const sealed = await checkpoints();
    expect(sealed.map(({ size }) => size)).toEqual([7, 14, 21, 28, 35, 40]);
    for (const { size, root, note, position } of sealed) {
      expect(root).toEqual(rootOf(events.slice(0, size)));
      expect(position).toBe(events[size - 1]!.position);
      const signed = readNote(note);
      expect(isSignedBy(signed, log.signer.verifier)).toBe(true);
      expect(readCheckpoint(signed.text)).toEqual({ origin: ORIGIN, size, root });
    }
    const leaves = await sealedLeaves(log.pool, 0, sealed.length);
    expect(leaves).toEqual(
      events.map((event, seq) => ({
        ...{ seq, stream: event.stream, revision: event.revision },
        leafHash: eventLeafHash(event),
      })),
    );
  });

  it('proves every event, and that each checkpoint holds all of the one before', async () => {
    const audit = new AuditLog(log.pool, log.store);
    log.start({ batchSize: 100 });
    await log.append(300, 20);
    await log.sealedTo(300);
    const events = await log.events();
    for (const event of events) {
      const proof = (await audit.inclusion(event.stream, event.revision))!;
      expect(proof.event.hash).toEqual(event.hash);
      expect(proof.leafHash).toEqual(eventLeafHash(event));
      expect(verifyInclusion(proof.seq, eventLeafHash(event), proof.checkpoint, proof.proof)).toBe(true);
    }
    const sealed = await checkpoints();
    for (const [at, to] of sealed.entries()) {
      const from = sealed[Math.max(0, at - 1)]!;
      const { proof } = (await audit.consistency(from.size, to.size))!;
      expect(verifyConsistency(from, to, proof)).toBe(true);
    }
    expect(await audit.inclusion(events[0]!.stream, 300)).toBeUndefined();
    expect(await audit.consistency(300, sealed[0]!.size)).toBeUndefined();
  });

  it('goes on where another one ended, whatever the batches were', async () => {
    await log.append(10);
    const first = log.start({ batchSize: 3 });
    await log.sealedTo(10);
    await first.close();
    await log.append(300);
    log.start({ batchSize: 1_000 });
    await log.sealedTo(310);
    expect((await latestCheckpoint(log.pool))!.root).toEqual(rootOf(await log.events()));
    expect(log.faults).toEqual([]);
  });

  it('seals at its close what is in the log by then', async () => {
    const sealer = log.start({ intervalMs: 60_000 });
    await log.append(5);
    await sealer.close();
    expect((await latestCheckpoint(log.pool))?.size).toBe(5);
  });

  it('whose connections are cut again and again while it writes leaves no event out and takes none twice', async () => {
    const cut = createPool(log.url, { max: 3, applicationName: 'to-be-cut', searchPath: 'ledger' });
    log.start({ pool: cut, batchSize: 5 });
    for (let round = 0; round < 30; round++) {
      await log.append(10);
      await log.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to-be-cut'",
      );
    }
    await log.sealedTo(300);
    expect((await latestCheckpoint(log.pool))!.root).toEqual(rootOf(await log.events()));
    expect((await sealedLeaves(log.pool, 0, 1_000)).map(({ seq }) => seq)).toEqual([...Array(300).keys()]);
    await log.closeSealers();
    await cut.end();
  });

  it('beside another one seals nothing twice: one line of checkpoints, whoever wrote them', async () => {
    log.start({ batchSize: 10 });
    log.start({ batchSize: 10 });
    await log.append(200);
    await log.sealedTo(200);
    expect((await sealedLeaves(log.pool, 0, 1_000)).map(({ seq }) => seq)).toEqual([...Array(200).keys()]);
    expect((await latestCheckpoint(log.pool))!.root).toEqual(rootOf(await log.events()));
  });

  it('cannot write under a lease that another has taken since', async () => {
    const sealer = log.start({ leaseMs: 600_000 });
    await log.append(3);
    await log.sealedTo(3);
    await log.pool.query(
      `update consumer_position set owner = 'another', epoch = epoch + 1, lease_until = now() + interval '1 hour'
        where consumer = 'sealer'`,
    );
    await log.append(3);
    await until('it hears of its loss', () => log.faults.length > 0);
    expect(String(log.faults[0])).toContain('checkpoint-lost');
    expect((await latestCheckpoint(log.pool))?.size).toBe(3);
    await sealer.close();
  });

  it('stops before an event of which one bit was changed, says which, and the log goes on', async () => {
    await log.append(9);
    await log.tamper(`update event set data = set_bit(data, 3, 1 - get_bit(data, 3)) where position = 5`);
    const sealer = log.start();
    await until('it tells', () => log.faults.length > 0);
    const what = 'account-demo_1 revision 1 at 00000000000000000005: hash differs from the stored bytes';
    expect(log.faults.map(String)).toEqual([`SealBroken: ${what}`]);
    expect(await sealer.standing()).toEqual({ size: 0, position: '0'.repeat(20), behind: 9, fault: what });
    await log.append(1);
    expect(await log.store.logHead()).toBe('00000000000000000010');

    await log.tamper(`update event set data = set_bit(data, 3, 1 - get_bit(data, 3)) where position = 5`);
    await log.sealedTo(10);
    expect((await sealer.standing()).fault).toBeUndefined();
  });

  it.each([
    [
      'a predecessor that was changed after it was sealed',
      `update event set hash = sha256('x') where position = 3`,
      'predecessor hash differs',
    ],
    [
      'a revision that is missing',
      `update event set revision = revision + 1 where position > 3`,
      'revision out of order',
    ],
  ])('stops at %s', async (_what, statement, fault) => {
    await log.append(3, 1);
    const first = log.start();
    await log.sealedTo(3);
    await first.close();
    await log.append(1, 1);
    await log.tamper(statement);
    log.start();
    await until('it tells', () => log.faults.length > 0);
    expect(String(log.faults[0])).toContain(fault);
    expect((await latestCheckpoint(log.pool))?.size).toBe(3);
  });

  it.each([
    [
      'a tree that was rewritten',
      `update tree_tile set hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))`,
      'has another root than its checkpoint',
    ],
    ['a tile that was removed', 'delete from tree_tile', 'has lost a tile'],
    ['a checkpoint that was taken back', 'delete from checkpoint', 'the sealer at 00000000000000000004'],
    [
      'a checkpoint of another hand',
      `update checkpoint set note = replace(note, E'\\n4\\n', E'\\n5\\n')`,
      'is not signed by tallystick.test/ledger',
    ],
  ])('does not go on from %s', async (_what, statement, fault) => {
    await log.append(4);
    const first = log.start({ batchSize: 100 });
    await log.sealedTo(4);
    await first.close();
    await log.tamper(statement);
    await log.append(1);
    log.start();
    await until('it tells', () => log.faults.length > 0);
    expect(String(log.faults[0])).toContain(fault);
  });

  it('goes on under a new key only where the former one is named', async () => {
    await log.append(2);
    const first = log.start();
    await log.sealedTo(2);
    await first.close();
    await log.append(2);
    const signer = signerOf(ORIGIN, 'note', Buffer.alloc(32, 9));
    const stranger = log.start({ signer });
    await until('it tells', () => log.faults.length > 0);
    await stranger.close();
    expect((await latestCheckpoint(log.pool))?.size).toBe(2);
    log.start({ signer, formerKeys: [log.signer.verifier] });
    await log.sealedTo(4);
    expect(isSignedBy(readNote((await latestCheckpoint(log.pool))!.note), signer.verifier)).toBe(true);
  });
});
