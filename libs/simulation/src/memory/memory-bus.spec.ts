import { type BatchHandler, type BusRecord, type Outcome, TopicLoop } from '@tallystick/messaging';
import { until } from '@tallystick/testing';
import type { Instant } from '@tallystick/vocabulary';
import { MemoryBus, MemorySource, type WrittenRecord } from './memory-bus';
import { MemoryKeeper, MemoryProgress } from './memory-progress';
import { PARTITIONS } from './partitions';

const TOPIC = 'marks.v1';
const CONSUMER = 'reader';

/** A bus, and members of one consumer that the delivery loop of libs/messaging serves. */
function bench() {
  const bus = new MemoryBus(() => Date.now() as Instant);
  const progress = new MemoryProgress();
  const loops: TopicLoop[] = [];
  const member = (handler: BatchHandler<Mark>): TopicLoop => {
    const loop = new TopicLoop({
      source: new MemorySource(TOPIC, bus),
      keeper: new MemoryKeeper({ consumer: CONSUMER, topic: TOPIC, progress, movesWithEffects: false }),
      handler,
      batchSize: 10,
      renewMs: 20,
      now: Date.now,
      onFatal: () => undefined,
    });
    loop.start();
    loops.push(loop);
    return loop;
  };
  const publish = (...records: readonly WrittenRecord[]) => bus.append(TOPIC, records);
  const isSettled = (): boolean =>
    Array.from({ length: PARTITIONS }, (_, partition) => partition).every(
      (partition) => progress.standing(CONSUMER, TOPIC, partition).position === bus.head(TOPIC, partition),
    );
  const end = async (): Promise<void> => {
    const stopped = loops.map((loop) => loop.stop());
    bus.close();
    await Promise.all(stopped);
  };
  return { progress, member, publish, isSettled, end };
}

interface Mark {
  readonly seq: number;
}

function mark(key: string, seq: number): WrittenRecord {
  return { key, message: { seq }, tenant: 'demo', correlationId: `${key}/${seq}` };
}

function done(records: readonly BusRecord[]): Outcome[] {
  return records.map(() => ({ kind: 'done' }));
}

describe('a bus in memory, read by the delivery loop', () => {
  it('delivers every record in order per key, and moves the position behind it', async () => {
    const { member, publish, isSettled, end } = bench();
    const seen: BusRecord<Mark>[] = [];
    member(async ({ records }) => {
      seen.push(...records);
      return done(records);
    });
    publish(...Array.from({ length: 60 }, (_, index) => mark(`key-${index % 6}`, Math.floor(index / 6))));
    await until('all is settled', isSettled);
    await end();
    expect(seen).toHaveLength(60);
    for (let key = 0; key < 6; key++) {
      const own = seen.filter((record) => record.key === `key-${key}`);
      expect(own.map(({ message }) => message.seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('delivers again what a member had not settled when another took over, and moves nothing for the first', async () => {
    const { member, publish, progress, isSettled, end } = bench();
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const seen: string[] = [];
    member(async ({ records }) => {
      seen.push('first');
      await held;
      return done(records);
    });
    publish(mark('key-1', 0));
    await until('the first has it', () => seen.length === 1);
    member(async ({ records }) => {
      seen.push('second');
      return done(records);
    });
    await until('the second has settled it', isSettled);
    answer();
    await end();
    expect(seen).toEqual(['first', 'second']);
    expect(progress.letters).toEqual([]);
  });

  it('keeps a dead letter for what is refused or cannot be read, and delivers its neighbours', async () => {
    const { member, publish, progress, isSettled, end } = bench();
    const taken: number[] = [];
    member(async ({ records }) =>
      records.map(({ message: { seq } }): Outcome => {
        if (seq === 1) return { kind: 'refused', code: 'too-old' };
        taken.push(seq);
        return { kind: 'done' };
      }),
    );
    const unreadable = { key: 'key-1', tenant: 'demo', correlationId: 'x' };
    publish(mark('key-1', 0), mark('key-1', 1), unreadable, mark('key-1', 2));
    await until('all is settled', isSettled);
    await end();
    expect(taken).toEqual([0, 2]);
    expect(progress.letters.map(({ code, key }) => [code, key])).toEqual([
      ['too-old', 'key-1'],
      ['invalid-json', 'key-1'],
    ]);
  });

  it('refuses a move of whoever held the partition before, and moves all or none', () => {
    const progress = new MemoryProgress();
    const before = progress.claim(CONSUMER, TOPIC, 0);
    const { epoch, position: from } = progress.claim(CONSUMER, TOPIC, 0);
    const move = { partition: 0, from, to: '1'.padStart(20, '0') };
    const other = { ...move, partition: 1, epoch: 0 };
    const checkpoint = (...moves: (typeof other)[]) => ({ consumer: CONSUMER, topic: TOPIC, moves });
    expect(progress.move([checkpoint(other, { ...move, epoch: before.epoch })])).toBe(false);
    expect(progress.standing(CONSUMER, TOPIC, 1).position).toBe(from);
    expect(progress.move([checkpoint(other, { ...move, epoch })])).toBe(true);
  });
});
