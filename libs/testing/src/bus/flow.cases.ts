import { createHash } from 'node:crypto';
import type { BusRecord } from '@tallystick/messaging';
import type { BusBench } from './bench';
import { seqOf } from './effects';
import { gate, type Mark, markRecord, marks, until } from './harness';

/** How records flow where nothing fails. */
export function flowCases(bench: BusBench): void {
  describe('flow', () => {
    it('delivers every record to the consumer once, in order per key, in batches', async () => {
      const { topic, consumer } = await bench.fresh();
      const seen: BusRecord[] = [];
      let batches = 0;
      await bench.member(topic, consumer, async ({ records }) => {
        batches += 1;
        seen.push(...records);
        return records.map(() => ({ kind: 'done' }));
      });
      const sent = marks(2_000, 40);
      await bench.harness.publisher.publish(topic, sent);
      await until('2,000 records are handled', () => seen.length >= 2_000);
      expect(seen).toHaveLength(2_000);
      expect(batches).toBeLessThan(500);
      for (let key = 0; key < 40; key++) {
        const seqs = seen.filter((record) => record.key === `key-${key}`).map(seqOf);
        expect(seqs).toEqual(Array.from({ length: 50 }, (_, seq) => seq));
      }
      const places = seen.map(({ partition, position }) => `${partition}/${position}`);
      expect(new Set(places).size).toBe(2_000);
    });

    it('answers a publisher where each record came to lie, and delivers it from there', async () => {
      const { topic, consumer } = await bench.fresh();
      const seen: BusRecord[] = [];
      await bench.member(topic, consumer, async ({ records }) => {
        seen.push(...records);
        return records.map(() => ({ kind: 'done' }));
      });
      const published = await bench.harness.publisher.publish(topic, marks(30, 10));
      await until('30 records are handled', () => seen.length === 30);
      const places = new Map(published.map(({ partition, position }, index) => [`${partition}/${position}`, index]));
      const indexes = seen.map(({ partition, position }) => places.get(`${partition}/${position}`));
      expect(indexes.map((index) => Math.floor((index ?? 0) / 10))).toEqual(seen.map(seqOf));
    });

    it('gives every record its binding’s tenant and one correlation id, the same at every delivery', async () => {
      const { topic, consumer } = await bench.fresh();
      const seen: BusRecord[] = [];
      let failed = false;
      await bench.member(topic, consumer, async ({ records }) => {
        seen.push(...records);
        if (!failed) {
          failed = true;
          throw new Error('the first delivery fails');
        }
        return records.map(() => ({ kind: 'done' }));
      });
      const named = { ...markRecord('key-1', 0), headers: { 'correlation-id': 'till-17' } };
      await bench.harness.publisher.publish(topic, [named]);
      await until('the record is handled again', () => seen.length === 2);
      expect(seen.map(({ tenant, correlationId, key }) => [tenant, correlationId, key])).toEqual([
        ['demo', 'till-17', 'key-1'],
        ['demo', 'till-17', 'key-1'],
      ]);
    });

    it('carries a message of 1 MiB unchanged', async () => {
      const { topic, consumer } = await bench.fresh();
      const text = createHash('sha512').update('1 MiB').digest('hex').repeat(8_192);
      const seen: BusRecord[] = [];
      await bench.member(topic, consumer, async ({ records }) => {
        seen.push(...records);
        return records.map(() => ({ kind: 'done' }));
      });
      await bench.harness.publisher.publish(topic, [markRecord('key-1', 1, text)]);
      await until('the large record is handled', () => seen.length === 1);
      expect(text.length).toBe(1_048_576);
      expect((seen[0]?.message as Mark).text === text).toBe(true);
    });

    it('serves more publishers and consumers at once than there are connections', async () => {
      const { topic, consumer } = await bench.fresh();
      const consumers = Array.from({ length: 6 }, (_, index) => `${consumer}-${index}`);
      for (const name of consumers) await bench.member(topic, name, bench.harness.effects.handler(name, 'a'));
      const publishing = Array.from({ length: 64 }, (_, index) =>
        bench.harness.publisher.publish(topic, [markRecord(`key-${index}`, 0)]),
      );
      await Promise.all(publishing);
      for (const name of consumers) {
        await until(`${name} has all 64`, async () => (await bench.harness.effects.count(name)) === 64);
      }
    });

    it('keeps a slow consumer’s memory bounded, whatever waits on the topic', async () => {
      const { topic, consumer } = await bench.fresh();
      const filling = 'x'.repeat(2_000);
      await bench.harness.publisher.publish(
        topic,
        Array.from({ length: 5_000 }, (_, index) => markRecord(`key-${index % 100}`, Math.floor(index / 100), filling)),
      );
      const slow = gate();
      let entered = 0;
      const member = await bench.member(topic, consumer, async (batch) => {
        entered += 1;
        await slow.opened;
        return bench.harness.effects.apply(consumer, 'a', batch.records);
      });
      let most = 0;
      let before = -1;
      await until('the consumer has fetched all that it will', async () => {
        const settled = entered > 0 && before === member.buffered();
        before = member.buffered();
        most = Math.max(most, before);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return settled;
      });
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(bench.boundedBy);
      slow.open();
      await until('all are handled', async () => (await bench.harness.effects.count(consumer)) === 5_000);
    });

    it('stops at pause, goes on at resume, and says how far it is behind', async () => {
      const { topic, consumer } = await bench.fresh();
      const member = await bench.member(topic, consumer, bench.harness.effects.handler(consumer, 'a'));
      const behind = (): number => member.lag().reduce((sum, lag) => sum + lag.behind, 0);
      await bench.harness.publisher.publish(topic, marks(50, 10));
      await until('50 are handled', async () => (await bench.harness.effects.count(consumer)) === 50);
      member.pause(topic);
      await bench.harness.publisher.publish(topic, marks(50, 10, 5));
      await until('the lag is 50', () => behind() === 50);
      expect(await bench.harness.effects.count(consumer)).toBe(50);
      member.resume(topic);
      await until('100 are handled', async () => (await bench.harness.effects.count(consumer)) === 100);
      await until('the lag is 0', () => behind() === 0);
    });

    it('replays from an offset, in order', async () => {
      const { topic, consumer } = await bench.fresh();
      const seen: BusRecord[] = [];
      const first = await bench.member(topic, consumer, async ({ records }) => {
        seen.push(...records);
        return records.map(() => ({ kind: 'done' }));
      });
      await bench.harness.publisher.publish(topic, marks(200, 20));
      await until('200 are handled', () => seen.length === 200);
      await first.close();
      await bench.harness.rewind(consumer, topic, '0'.repeat(20));
      await bench.member(topic, consumer, async ({ records }) => {
        seen.push(...records);
        return records.map(() => ({ kind: 'done' }));
      });
      await until('200 are handled again', () => seen.length === 400);
      const placesOf = (part: readonly BusRecord[]): string[] =>
        part.map(({ partition, position }) => `${partition}/${position}`).sort();
      expect(placesOf(seen.slice(200))).toEqual(placesOf(seen.slice(0, 200)));
      for (let key = 0; key < 20; key++) {
        const again = seen.slice(200).filter((record) => record.key === `key-${key}`);
        expect(again.map(seqOf)).toEqual(Array.from({ length: 10 }, (_, seq) => seq));
      }
    });
  });
}
