import { randomUUID } from 'node:crypto';
import {
  bodyOf,
  type Checkpoint,
  type CommandItem,
  type EventStore,
  Executor,
  type ExecutorOptions,
  position,
  type SnapshotStore,
} from '@tallystick/decider';
import type { PostgresEventStore } from '../src/postgres';
import { type PostgresHarness, postgresHarness, SCHEMA } from './postgres-harness';
import { rawWriter } from './raw-writer';
import { EventChain } from '@tallystick/testing';
import { type Counts, type Wallet, type WalletCommand, walletDecider, type WalletEvent } from './wallet.decider';

jest.setTimeout(60_000);

type Options = Partial<ExecutorOptions<Wallet, WalletCommand, WalletEvent, 'too-little'>>;

let harness: PostgresHarness;
let store: PostgresEventStore;

beforeAll(async () => {
  harness = await postgresHarness();
  store = await harness.open();
});

afterAll(async () => {
  await harness?.close();
});

function newExecutor(
  options: Options = {},
  counts?: Counts,
): Executor<Wallet, WalletCommand, WalletEvent, 'too-little'> {
  return new Executor({ decider: walletDecider(counts), store, ...options });
}

function newStream(): string {
  return `account-demo_${randomUUID()}`;
}

function item(stream: string, command: WalletCommand): CommandItem<WalletCommand> {
  return { stream, command, metadata: { actor: 'svc:spec', commandId: randomUUID() } };
}

function deposit(stream: string, amount: bigint, id: string = randomUUID()): CommandItem<WalletCommand> {
  return item(stream, { kind: 'deposit', id, amount });
}

function spend(stream: string, amount: bigint, id: string = randomUUID()): CommandItem<WalletCommand> {
  return item(stream, { kind: 'spend', id, amount });
}

async function storedIds(stream: string, from: EventStore = store): Promise<string[]> {
  const { events } = await from.readStream(stream);
  return events.map((event) => bodyOf<WalletEvent['data']>(event).id);
}

describe('commands at the same time', () => {
  it('of one executor spend exactly what is there', async () => {
    const executor = newExecutor();
    const stream = newStream();
    await executor.execute(deposit(stream, 300n));
    const results = await Promise.all(Array.from({ length: 64 }, () => executor.execute(spend(stream, 10n))));
    expect(results.filter((result) => result.kind === 'appended')).toHaveLength(30);
    expect(results.filter((result) => result.kind === 'rejected')).toHaveLength(34);
    expect((await executor.load(stream)).state.balance).toBe(0n);
  });

  it('of two executors on one store spend exactly what is there', async () => {
    const executors = [newExecutor(), newExecutor({ store: await harness.open() })];
    const stream = newStream();
    await executors[0]!.execute(deposit(stream, 250n));
    const spends = Array.from({ length: 64 }, (_, index) => executors[index % 2]!.execute(spend(stream, 10n)));
    const results = await Promise.all(spends);
    expect(results.map((result) => result.kind).sort()).toEqual([
      ...Array.from({ length: 25 }, () => 'appended'),
      ...Array.from({ length: 39 }, () => 'rejected'),
    ]);
    expect((await executors[1]!.load(stream)).state.balance).toBe(0n);
  });

  it('are told twice and stored once where two executors decide the same command on the same revision', async () => {
    const stream = newStream();
    const [one, two] = [newExecutor(), newExecutor()];
    const [first, second] = [deposit(stream, 5n, 'D1'), deposit(stream, 7n, 'D2')];
    await one.execute(first);
    await two.execute(first);
    const told = [await one.execute(second), await two.execute(second)];
    expect(told).toMatchObject([
      { kind: 'appended', revision: 1 },
      { kind: 'appended', revision: 1 },
    ]);
    expect(await storedIds(stream)).toEqual(['D1', 'D2']);
  });

  it('keep their order per stream when another writer was faster', async () => {
    const [executor, other] = [newExecutor(), newExecutor()];
    const stream = newStream();
    await executor.execute(deposit(stream, 1n, 'first'));
    await other.execute(deposit(stream, 1n, 'between'));
    const ids = Array.from({ length: 20 }, (_, index) => `late-${index}`);
    const [front, back] = [ids.slice(0, 10), ids.slice(10)].map((some) => some.map((id) => deposit(stream, 1n, id)));
    const results = await Promise.all([executor.executeMany(front!), executor.executeMany(back!)]);
    expect(results.flatMap(({ results: all }) => all.map((one) => one.kind))).toEqual(ids.map(() => 'appended'));
    expect(await storedIds(stream)).toEqual(['first', 'between', ...ids]);
  });

  it('are not decided on events that another writer displaced, not even where the revision would fit', async () => {
    const executor = newExecutor({ maxBatch: 1 });
    const other = newExecutor();
    const stream = newStream();
    await executor.execute(deposit(stream, 10n, 'first'));
    await other.execute(spend(stream, 10n, 'taken'));
    const results = await Promise.all([
      executor.execute(spend(stream, 5n, 'late-1')),
      executor.execute(spend(stream, 5n, 'late-2')),
    ]);
    expect(results.map((result) => result.kind)).toEqual(['rejected', 'rejected']);
    expect(await storedIds(stream)).toEqual(['first', 'taken']);
  });
});

describe('a result without events', () => {
  it('is told only once the appends it rests on are committed', async () => {
    const executor = newExecutor();
    const stream = newStream();
    const told: string[] = [];
    const held = await rawWriter(harness.admin, SCHEMA);
    await held.append(new EventChain(newStream()), 1);
    const first = executor.execute(deposit(stream, 5n, 'once')).then(({ kind }) => told.push(kind));
    const again = executor.execute(deposit(stream, 5n, 'once')).then(({ kind }) => told.push(kind));
    expect(await store.streamHead(stream)).toBeUndefined();
    expect(told).toEqual([]);
    await held.rollback();
    await Promise.all([first, again]);
    expect(told).toEqual(['appended', 'unchanged']);
  });

  it('that refuses is decided again where the remembered state may be behind', async () => {
    const [executor, other] = [newExecutor(), newExecutor()];
    const stream = newStream();
    await executor.execute(deposit(stream, 5n));
    await other.execute(deposit(stream, 100n));
    await expect(executor.execute(spend(stream, 50n))).resolves.toMatchObject({ kind: 'appended', revision: 2 });
    await expect(executor.execute(spend(stream, 56n))).resolves.toMatchObject({
      kind: 'rejected',
      rejection: { rejected: 'too-little', facts: { balance: '55' } },
    });
  });

  it('of a command that asks for what is due is found again where the remembered state may be behind', async () => {
    const [executor, other] = [newExecutor(), newExecutor()];
    const stream = newStream();
    const sweep = () => ({ ...item(stream, { kind: 'sweep', id: randomUUID() }), idAt: () => randomUUID() });
    await executor.execute(deposit(stream, 5n));
    await executor.execute(sweep());
    await other.execute(deposit(stream, 100n));
    await expect(executor.execute(sweep())).resolves.toMatchObject({ kind: 'appended', revision: 3 });
    await expect(executor.execute(sweep())).resolves.toMatchObject({ kind: 'unchanged', revision: 3 });
  });

  it('carries the answer that was read off the state behind it', async () => {
    const executor = newExecutor();
    const stream = newStream();
    const withRead = { ...deposit(stream, 7n, 'seven'), read: (state: Wallet) => state.balance };
    await expect(executor.execute(withRead)).resolves.toMatchObject({ kind: 'appended', answer: 7n });
    await expect(executor.execute(withRead)).resolves.toMatchObject({ kind: 'unchanged', revision: 0, answer: 7n });
  });
});

describe('an append of unknown outcome', () => {
  it('is sent again and never decided again', async () => {
    const counts = { decided: 0, evolved: 0 };
    const { store: shaky, faults } = await harness.openFaulty();
    const executor = newExecutor({ store: shaky, assumeNew: true }, counts);
    const stream = newStream();
    faults.cutAfterCommit();
    await expect(executor.execute(deposit(stream, 5n, 'once'))).resolves.toMatchObject({
      kind: 'appended',
      revision: 0,
    });
    faults.cutBeforeCommit();
    await expect(executor.execute(deposit(stream, 5n, 'twice'))).resolves.toMatchObject({ revision: 1 });
    expect(counts.decided).toBe(2);
    expect(await storedIds(stream)).toEqual(['once', 'twice']);
  });

  it('is told to the caller when patience ends', async () => {
    const { store: shaky, faults } = await harness.openFaulty({ deadline: 100 });
    const executor = newExecutor({ store: shaky, patience: 50, assumeNew: true });
    faults.silence();
    const result = await executor.execute(deposit(newStream(), 5n));
    expect(result).toMatchObject({ kind: 'failed' });
    faults.heal();
  });
});

describe('a snapshot', () => {
  async function filled(): Promise<string> {
    const stream = newStream();
    const executor = newExecutor({ snapshots: store.snapshots });
    for (let round = 0; round < 12; round++) await executor.execute(deposit(stream, 1n, `d-${round}`));
    await executor.drain();
    return stream;
  }

  async function loadCost(stream: string): Promise<{ evolved: number; balance: bigint }> {
    const counts = { decided: 0, evolved: 0 };
    const { state } = await newExecutor({ snapshots: store.snapshots }, counts).load(stream);
    return { evolved: counts.evolved, balance: state.balance };
  }

  it('spares the fold of what it covers', async () => {
    const stream = await filled();
    expect((await store.snapshots.load([stream])).get(stream)?.revision).toBe(9);
    expect(await loadCost(stream)).toEqual({ evolved: 2, balance: 12n });
  });

  it.each([
    ['of another shape', { version: 2 }],
    ['whose bytes are broken', { state: Buffer.from('{"balance":') }],
    ['of a history that never was', { hash: new Uint8Array(32).fill(7) }],
    ['from beyond the stream', { revision: 500 }],
  ])('%s is passed over', async (_, change) => {
    const stream = await filled();
    const snapshot = (await store.snapshots.load([stream])).get(stream)!;
    await store.snapshots.save([{ ...snapshot, ...change }]);
    expect(await loadCost(stream)).toEqual({ evolved: 12, balance: 12n });
  });

  it('comes back to the byte, and is not kept where it is no text', async () => {
    const [words, bytes] = [newStream(), newStream()];
    const snapshot = { revision: 0, hash: new Uint8Array(32), version: 1 };
    const state = Buffer.from('{"程序":"Ünï","at":"\\u0000"}');
    await store.snapshots.save([
      { ...snapshot, stream: words, state },
      { ...snapshot, stream: bytes, state: Buffer.alloc(2) },
    ]);
    const loaded = await store.snapshots.load([words, bytes]);
    expect(Buffer.from(loaded.get(words)!.state)).toEqual(state);
    expect(loaded.has(bytes)).toBe(false);
  });

  it('that cannot be saved costs no command its result', async () => {
    const broken: SnapshotStore = {
      load: (streams) => store.snapshots.load(streams),
      save: () => Promise.reject(new Error('the disk is full')),
    };
    const executor = newExecutor({ snapshots: broken });
    const stream = newStream();
    const deposits = Array.from({ length: 8 }, (_, round) => deposit(stream, 1n, `d-${round % 7}`));
    const { results } = await executor.executeMany(deposits);
    expect(results.map((result) => result.kind)).toEqual([...Array.from({ length: 7 }, () => 'appended'), 'unchanged']);
  });
});

describe('a checkpoint', () => {
  const checkpoint = (from: number, to: number): Checkpoint => ({
    consumer: 'wallet',
    topic: 'deposits.v1',
    moves: [{ partition: 0, epoch: 0, from: position(from), to: position(to) }],
  });

  it('moves in the transaction of the append that carries its whole batch', async () => {
    const executor = newExecutor();
    const deposits = Array.from({ length: 5 }, () => deposit(newStream(), 1n));
    const { checkpointMoved } = await executor.executeMany(deposits, checkpoint(0, 5));
    expect(checkpointMoved).toBe(true);
    const { rows } = await harness.admin.query('select position, xmin::text from consumer_position');
    const written = await harness.admin.query('select distinct xmin::text from event where stream = $1', [
      deposits[0]!.stream,
    ]);
    expect(rows).toEqual([{ position: '5', xmin: (written.rows as { xmin: string }[])[0]!.xmin }]);
  });

  it('stays where a command of its batch was refused', async () => {
    const executor = newExecutor();
    const items = [deposit(newStream(), 1n), spend(newStream(), 1n)];
    const { results, checkpointMoved } = await executor.executeMany(items, checkpoint(5, 6));
    expect(results.map((result) => result.kind)).toEqual(['appended', 'rejected']);
    expect(checkpointMoved).toBe(false);
  });

  it('stays for a batch with a repetition, even where another batch of the same append moves its own', async () => {
    const executor = newExecutor();
    const stream = newStream();
    await executor.execute(deposit(stream, 1n, 'once'));
    const busy = executor.execute(deposit(newStream(), 1n));
    const whole = executor.executeMany([deposit(newStream(), 1n)], checkpoint(5, 6));
    const partly = executor.executeMany([deposit(stream, 1n, 'once'), deposit(newStream(), 1n)], {
      ...checkpoint(0, 2),
      topic: 'others.v1',
    });
    await busy;
    const answers = await Promise.all([whole, partly]);
    const { rows } = await harness.admin.query('select topic, position from consumer_position');
    expect([answers.map(({ checkpointMoved }) => checkpointMoved), rows]).toEqual([
      [true, false],
      [{ topic: 'deposits.v1', position: '6' }],
    ]);
  });
});

describe('an executor', () => {
  it('that assumes new streams finds out where they exist', async () => {
    const [executor, other] = [newExecutor({ assumeNew: true }), newExecutor()];
    const stream = newStream();
    await other.execute(deposit(stream, 5n, 'once'));
    await expect(executor.execute(deposit(stream, 5n, 'once'))).resolves.toMatchObject({ kind: 'unchanged' });
    await expect(executor.execute(spend(stream, 5n))).resolves.toMatchObject({ kind: 'appended' });
  });

  it('fails a command whose decider throws, and carries the others out', async () => {
    const executor = newExecutor();
    const stream = newStream();
    const items = [deposit(stream, 5n), item(stream, { kind: 'break' }), spend(stream, 5n), spend(stream, 5n)];
    const { results } = await executor.executeMany(items);
    expect(results.map((result) => result.kind)).toEqual(['appended', 'failed', 'appended', 'rejected']);
  });

  it('with less memory than it has streams decides every command on the right state', async () => {
    const executor = newExecutor({ capacity: 2 });
    const streams = Array.from({ length: 6 }, newStream);
    const items = streams.flatMap((stream) => [deposit(stream, 5n), spend(stream, 3n), spend(stream, 3n)]);
    const { results } = await executor.executeMany(items);
    expect(results.map((result) => result.kind)).toEqual(streams.flatMap(() => ['appended', 'appended', 'rejected']));
  });
});
