import { EventStoreError } from '@tallystick/decider';
import type { BusRecord, Outcome } from '@tallystick/messaging';
import type { BusBench } from './bench';
import { seqOf } from './effects';
import { markRecord, marks, until } from './harness';

/** What becomes of records by what their handler answers. */
export function outcomeCases(bench: BusBench): void {
  const lettersOf = async (consumer: string) =>
    (await bench.deadLetters.list({ limit: 500 })).letters.filter((letter) => letter.consumer === consumer);

  describe('outcomes', () => {
    it('makes a poison record a dead letter and delivers its neighbours', async () => {
      const { topic, consumer } = await bench.fresh();
      const poison = { key: 'key-1', value: Buffer.from('{"seq":') };
      const empty = { key: 'key-1', value: null };
      const records = [...marks(10, 1), poison, empty, ...marks(10, 1, 10)].map((one) => ({ ...one, key: 'key-1' }));
      const published = await bench.harness.publisher.publish(topic, records);
      await bench.member(topic, consumer, bench.harness.effects.handler(consumer, 'a'));
      await until('20 are handled', async () => (await bench.harness.effects.count(consumer)) === 20);
      await bench.settledAt(consumer, topic, published);
      const letters = await lettersOf(consumer);
      expect(letters.map(({ code, key, position }) => [code, key, position])).toEqual([
        ['invalid-json', 'key-1', published[10]?.position],
        ['empty', 'key-1', published[11]?.position],
      ]);
      expect(await bench.harness.effects.outOfOrder(consumer)).toEqual([]);
    });

    it('keeps the handler’s code, pointer and detail with what it refuses', async () => {
      const { topic, consumer } = await bench.fresh();
      const published = await bench.harness.publisher.publish(topic, marks(5, 1));
      await bench.member(topic, consumer, async ({ records }) =>
        records.map((record) =>
          seqOf(record) === 3
            ? { kind: 'refused', code: 'total-mismatch', pointer: '/total', detail: 'parts are 12' }
            : { kind: 'done' },
        ),
      );
      await bench.settledAt(consumer, topic, published);
      const letters = await lettersOf(consumer);
      expect(letters).toMatchObject([
        { topic, code: 'total-mismatch', pointer: '/total', detail: 'parts are 12', position: published[3]?.position },
      ]);
    });

    it('counts a duplicate within a batch and one applied before as settled, without dead letters', async () => {
      const { topic, consumer } = await bench.fresh();
      const first = await bench.harness.publisher.publish(topic, [markRecord('key-1', 0)]);
      const outcomes: Outcome['kind'][] = [];
      await bench.member(topic, consumer, async ({ records }) => {
        const answered = await bench.harness.effects.apply(consumer, 'a', records);
        outcomes.push(...answered.map(({ kind }) => kind));
        return answered;
      });
      await bench.settledAt(consumer, topic, first);
      const twice = [markRecord('key-1', 0), markRecord('key-1', 1), markRecord('key-1', 1), markRecord('key-1', 2)];
      await bench.settledAt(consumer, topic, await bench.harness.publisher.publish(topic, twice));
      expect(outcomes).toEqual(['done', 'duplicate', 'done', 'duplicate', 'done']);
      expect(await lettersOf(consumer)).toEqual([]);
    });

    it('delivers a batch again whose handler failed after its effects, and moves only then', async () => {
      const { topic, consumer } = await bench.fresh();
      const published = await bench.harness.publisher.publish(topic, marks(20, 4));
      let failures = 0;
      const movedTo: bigint[] = [];
      const answers: Outcome['kind'][] = [];
      await bench.member(topic, consumer, async ({ records }) => {
        const outcomes = await bench.harness.effects.apply(consumer, 'a', records);
        if (failures < 2) {
          failures += 1;
          for (const position of (await bench.harness.positions(consumer, topic)).values()) movedTo.push(position);
          throw new Error('the answer is lost');
        }
        answers.push(...outcomes.map(({ kind }) => kind));
        return outcomes;
      });
      await bench.settledAt(consumer, topic, published);
      expect(failures).toBe(2);
      expect(movedTo.filter((position) => position > 0n)).toEqual([]);
      expect(answers).toContain('duplicate');
      expect(await bench.harness.effects.count(consumer)).toBe(20);
    });

    it('gives up a record that makes its handler throw every time, and delivers all others, in order', async () => {
      const { topic, consumer } = await bench.fresh();
      const { effects, publisher } = bench.harness;
      const published = await publisher.publish(topic, marks(60, 20));
      const poison = published[25];
      const tries: number[] = [];
      await bench.member(topic, consumer, async ({ records }) => {
        const found = records.some(
          ({ partition, position }) => partition === poison?.partition && position === poison.position,
        );
        if (!found) return effects.apply(consumer, 'a', records);
        tries.push(records.length);
        throw new TypeError('the record says too much of somebody');
      });
      await bench.settledAt(consumer, topic, published);
      expect(await lettersOf(consumer)).toMatchObject([
        { code: 'defect', detail: 'TypeError', partition: poison?.partition, position: poison?.position, key: 'key-5' },
      ]);
      expect(tries.slice(-3)).toEqual([1, 1, 1]);
      expect(await effects.count(consumer)).toBe(59);
      expect(await effects.outOfOrder(consumer)).toEqual([]);
    });

    it('gives no record up while the store of its handler is away, however long', async () => {
      const { topic, consumer } = await bench.fresh();
      const published = await bench.harness.publisher.publish(topic, marks(20, 4));
      let tries = 0;
      await bench.member(topic, consumer, async ({ records }) => {
        tries += 1;
        if (tries > 10) return bench.harness.effects.apply(consumer, 'a', records);
        throw new EventStoreError('unavailable', 'the store is away');
      });
      await bench.settledAt(consumer, topic, published);
      expect(await lettersOf(consumer)).toEqual([]);
      expect(await bench.harness.effects.count(consumer)).toBe(20);
    });

    it('lets a record that must be retried wait with its key, in order, while other keys go on', async () => {
      const { topic, consumer } = await bench.fresh();
      const [first, second] = bench.keysOfOnePartition(2);
      const records = [first!, second!].flatMap((key) => marks(10, 1).map((one) => ({ ...one, key })));
      const mixed = Array.from({ length: 20 }, (_, index) => records[(index % 2) * 10 + Math.floor(index / 2)]!);
      let known = false;
      const done: BusRecord[] = [];
      await bench.member(topic, consumer, async (batch) =>
        batch.records.map((record) => {
          if (record.key === first && !known && seqOf(record) >= 4) return { kind: 'retry', code: 'unknown-store' };
          done.push(record);
          return { kind: 'done' };
        }),
      );
      await bench.harness.publisher.publish(topic, mixed);
      await until('the other key is through', () => done.filter(({ key }) => key === second).length === 10);
      expect(done.filter(({ key }) => key === first).map(seqOf)).toEqual([0, 1, 2, 3]);
      known = true;
      await until('all are through', () => done.length === 20);
      expect(done.filter(({ key }) => key === first).map(seqOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(await lettersOf(consumer)).toEqual([]);
    });

    it('goes on with other keys and partitions, however many records come behind one that must be retried', async () => {
      const { topic, consumer } = await bench.fresh();
      const [waits, goesOn] = bench.keysOfOnePartition(2);
      const many = Array.from({ length: 3_000 }, (_, seq) => markRecord(goesOn!, seq));
      await bench.harness.publisher.publish(topic, [markRecord(waits!, 0), ...many, ...marks(3_000, 30)]);
      let known = false;
      let done = 0;
      const member = await bench.member(topic, consumer, async ({ records }) =>
        records.map(({ key }) => {
          if (key === waits && !known) return { kind: 'retry', code: 'unknown-store' };
          done += 1;
          return { kind: 'done' };
        }),
      );
      await until('all others are through', () => done >= 6_000);
      expect(member.buffered()).toBe(1);
      expect(Math.max(...member.lag().map(({ behind }) => behind))).toBe(0);
      const stored = (await member.groupLag()).filter(({ behind }) => behind > 0);
      expect(stored.map(({ behind }) => behind > 3_000)).toEqual([true]);
      known = true;
      await until('it is through as well', () => done >= 6_001);
      await until('nothing is behind', async () => (await member.groupLag()).every(({ behind }) => behind === 0));
      expect(await lettersOf(consumer)).toEqual([]);
    });

    it('goes on with other partitions where more records wait in one than are kept of it', async () => {
      const { topic, consumer } = await bench.fresh();
      const [waits] = bench.keysOfOnePartition(1);
      const many = Array.from({ length: 3_000 }, (_, seq) => markRecord(waits!, seq));
      const published = await bench.harness.publisher.publish(topic, [...many, ...marks(3_000, 30)]);
      const elsewhere = published.filter(({ partition }) => partition !== published[0]!.partition).length;
      let known = false;
      const done: BusRecord[] = [];
      await bench.member(topic, consumer, async ({ records }) =>
        records.map((record) => {
          if (record.key === waits && !known) return { kind: 'retry', code: 'unknown-store' };
          done.push(record);
          return { kind: 'done' };
        }),
      );
      const inOthers = (): number => done.filter(({ partition }) => partition !== published[0]!.partition).length;
      await until('all of the other partitions are through', () => inOthers() === elsewhere);
      known = true;
      await until('all are through', () => done.length === 6_000);
      expect(done.filter(({ key }) => key === waits).map(seqOf)).toEqual(many.map((_, seq) => seq));
      expect(await lettersOf(consumer)).toEqual([]);
    });

    it('gives a record up that was retried longer than its time, under its code', async () => {
      const { topic, consumer } = await bench.fresh();
      let asked = 0;
      const published = await bench.harness.publisher.publish(topic, marks(3, 1));
      await bench.member(topic, consumer, async ({ records }) =>
        records.map((record) => {
          if (seqOf(record) !== 1) return { kind: 'done' };
          asked += 1;
          return { kind: 'retry', code: 'unknown-store', giveUpAfterMs: 1_500 };
        }),
      );
      await bench.settledAt(consumer, topic, published);
      expect(asked).toBeGreaterThan(1);
      expect((await lettersOf(consumer)).map(({ code }) => code)).toEqual(['unknown-store']);
    });

    it('delivers a dead letter again on demand, once, and keeps who asked and why', async () => {
      const { topic, consumer } = await bench.fresh();
      let fixed = false;
      const published = await bench.harness.publisher.publish(topic, marks(3, 1));
      const member = await bench.member(topic, consumer, async ({ records }) => {
        const refused = !fixed && records.find((record) => seqOf(record) === 1);
        const good = records.filter((record) => record !== refused);
        const outcomes = await bench.harness.effects.apply(consumer, 'a', good);
        return records.map((record) =>
          record === refused ? { kind: 'refused', code: 'defect' } : outcomes[good.indexOf(record)]!,
        );
      });
      await bench.settledAt(consumer, topic, published);
      const [letter] = await lettersOf(consumer);
      const asked = { by: 'ops:ada', reason: 'the rule is mended' };
      const before = await member.deadLetters.redrive([letter!.id], asked);
      fixed = true;
      const after = await member.deadLetters.redrive([letter!.id, '999999'], asked);
      const again = await member.deadLetters.redrive([letter!.id], asked);
      expect([before, after, again].map((answers) => answers.map(({ answer }) => answer))).toEqual([
        ['refused'],
        ['done', 'unknown'],
        ['already'],
      ]);
      expect(await bench.harness.effects.count(consumer)).toBe(3);
      const { letters } = await member.deadLetters.list({ openOnly: false, topic });
      expect(letters).toMatchObject([{ redriven: asked }]);
    });

    it('stops loudly where a handler answers for other records than it was given', async () => {
      const { topic, consumer } = await bench.fresh();
      let fatal: unknown;
      const member = await bench.member(
        topic,
        consumer,
        async () => [],
        (error) => (fatal = error),
      );
      await bench.harness.publisher.publish(topic, marks(5, 5));
      await until('the loop has died', () => fatal !== undefined);
      expect(String(fatal)).toMatch(/0 outcomes/);
      expect(member.healthy()).toBe(false);
    });
  });
}
