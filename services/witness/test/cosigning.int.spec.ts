import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENT_LOG_MIGRATIONS, openPostgresEventStore } from '@tallystick/event-store/postgres';
import { CONSUMER_MIGRATIONS, createPool, migrate } from '@tallystick/postgres';
import { cosignedAt, readNote, readVerifierKey, signerOf } from '@tallystick/proof';
import { Cosigning, ForkFound, latestCheckpoint, readWitness, Sealer, SEALING_MIGRATIONS } from '@tallystick/sealing';
import { EventChain, startTestDatabase, until } from '@tallystick/testing';
import { type RunningWitness, serveWitness } from '../src';

const SCHEMA = 'ledger';
const signer = signerOf('tallystick.test/ledger', 'note', Buffer.alloc(32, 1));

/** A sealed log in a database of its own that brings its checkpoints to one witness. */
async function sealedLog(stream: string, events: number, { url, key }: RunningWitness) {
  const database = await startTestDatabase();
  const pool = createPool(database.url, { max: 6, applicationName: 'cosigning', searchPath: SCHEMA });
  await migrate(pool, SCHEMA, [EVENT_LOG_MIGRATIONS, CONSUMER_MIGRATIONS, SEALING_MIGRATIONS]);
  const store = await openPostgresEventStore({ pool, schema: SCHEMA, service: SCHEMA });
  const chain = new EventChain(stream);
  const append = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await store.append(stream, chain.expected, chain.next(1));
  };
  await append(events);
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);
  const witnesses = [readWitness(`${url} ${key}`)];
  const cosigning = new Cosigning({ pool, witnesses, intervalMs: 10, onFault });
  const sealer = new Sealer({
    service: SCHEMA,
    store,
    pool,
    signer,
    intervalMs: 5,
    onSealed: (checkpoint) => cosigning.offer(checkpoint),
    onFault,
  });
  sealer.start();
  const sealedTo = (size: number) =>
    until(`${size} events are sealed`, async () => (await latestCheckpoint(pool))?.size === size);
  await sealedTo(events);
  cosigning.start();
  return {
    ...{ pool, append, cosigning, faults, sealedTo },
    isCosigned: async () => {
      const latest = await latestCheckpoint(pool);
      return latest !== undefined && cosignedAt(readNote(latest.note), readVerifierKey(key)) !== undefined;
    },
    close: async () => {
      await sealer.close();
      await cosigning.close();
      await store.close();
      await pool.end();
      await database.drop();
    },
  };
}

describe('a log and its witness', () => {
  let folder: string;
  let witness: RunningWitness;
  const open: { close(): Promise<void> }[] = [];

  const serve = (port: number): Promise<RunningWitness> =>
    serveWitness({ folder, name: 'witness.test/w1', logKeys: [signer.verifier.text], port });
  const logOf = async (stream: string, events: number) => {
    const log = await sealedLog(stream, events, witness);
    open.push(log);
    return log;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-cosigning-'));
    witness = await serve(0);
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    await witness.close();
    rmSync(folder, { recursive: true });
  });

  it('gets the last checkpoint of a quiet log cosigned as soon as a witness that was away is back', async () => {
    const port = Number(new URL(witness.url).port);
    await witness.close();
    const log = await logOf('account-demo_1', 5);
    await until('the witness was missed', () => Promise.resolve(log.faults.length > 0));
    expect(log.cosigning.standing()).toEqual({ witnesses: 1, cosigned: 0, forks: [] });
    expect(await log.isCosigned()).toBe(false);
    expect(log.faults).toHaveLength(1);
    witness = await serve(port);
    await until('the checkpoint is cosigned', log.isCosigned);
    await until('the standing says so', () => Promise.resolve(log.cosigning.standing().cosigned === 1));
  });

  it('is told once that a witness has cosigned another history, and shows it for as long as that is so', async () => {
    const first = await logOf('account-demo_1', 5);
    await until('the first history is cosigned', first.isCosigned);
    const other = await logOf('account-demo_2', 8);
    await until('the fork is found', () => Promise.resolve(other.cosigning.standing().forks.length === 1));
    expect(other.cosigning.standing().forks).toEqual([
      'witness.test/w1 has cosigned a history of 5 leaves that this log does not begin with',
    ]);
    await other.append(1);
    await other.sealedTo(9);
    expect(other.faults.filter((fault) => fault instanceof ForkFound)).toHaveLength(1);
    expect(await other.isCosigned()).toBe(false);
    expect(first.cosigning.standing()).toEqual({ witnesses: 1, cosigned: 1, forks: [] });
  });

  it('is told that a witness has cosigned more than the log has', async () => {
    const longer = await logOf('account-demo_1', 5);
    await until('five leaves are cosigned', longer.isCosigned);
    const shorter = await logOf('account-demo_1', 3);
    await until('the loss is found', () => Promise.resolve(shorter.cosigning.standing().forks.length === 1));
    expect(shorter.cosigning.standing().forks).toEqual(['witness.test/w1 has cosigned 5 leaves, and the log has 3']);
  });
});
