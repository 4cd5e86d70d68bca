import type { BatchHandler, OutgoingRecord, Publisher } from '@tallystick/messaging';
import type { BusBench } from './bench';
import { marks, until } from './harness';

/** Members that come, go, stall and die, and a bus that goes away. */
export function failureCases(bench: BusBench): void {
  const applied = (consumer: string, count: number): Promise<void> =>
    until(`${count} effects`, async () => (await bench.harness.effects.count(consumer)) === count, 60_000);

  describe('members and failures', () => {
    it('shares the partitions between two members, each record going to one', async () => {
      const { topic, consumer } = await bench.fresh();
      let delivered = 0;
      const count =
        (member: string): BatchHandler =>
        ({ records }) => {
          delivered += records.length;
          return bench.harness.effects.apply(consumer, member, records);
        };
      const a = await bench.member(topic, consumer, count('a'));
      const b = await bench.member(topic, consumer, count('b'));
      await until('both hold six', () => a.lag().length === 6 && b.lag().length === 6);
      await bench.harness.publisher.publish(topic, marks(600, 60));
      await applied(consumer, 600);
      const shares = await bench.harness.effects.byMember(consumer);
      expect(Object.keys(shares).sort()).toEqual(['a', 'b']);
      expect(delivered).toBe(600);
      expect(await bench.harness.effects.outOfOrder(consumer)).toEqual([]);
    });

    it('keeps the order per key while members join and leave', async () => {
      const { topic, consumer } = await bench.fresh();
      const { publisher, effects } = bench.harness;
      const publishing = (async () => {
        for (let round = 0; round < 40; round++) await publisher.publish(topic, marks(50, 25, round * 2));
      })();
      const a = await bench.member(topic, consumer, effects.handler(consumer, 'a'));
      await until('the first is at work', async () => (await effects.count(consumer)) > 0);
      const b = await bench.member(topic, consumer, effects.handler(consumer, 'b'));
      await publishing;
      await until('the second has its share', () => b.lag().length === 6);
      await a.close();
      for (let round = 40; round < 60; round++) await publisher.publish(topic, marks(50, 25, round * 2));
      await applied(consumer, 3_000);
      expect(await effects.outOfOrder(consumer)).toEqual([]);
    });

    it('lets another member finish what a killed one had begun', async () => {
      const { topic, consumer } = await bench.fresh();
      await bench.harness.publisher.publish(topic, marks(400, 40));
      const victim = await bench.memberProcess(topic, consumer);
      await victim.said('half');
      victim.signal('SIGKILL');
      await victim.ended;
      const half = await bench.harness.effects.count(consumer);
      expect(half).toBeGreaterThan(0);
      expect(half).toBeLessThan(400);
      await bench.member(topic, consumer, bench.harness.effects.handler(consumer, 'b'));
      await applied(consumer, 400);
      expect(await bench.harness.effects.outOfOrder(consumer)).toEqual([]);
    });

    it('is settled for nobody while a killed member left records that no other has taken over yet', async () => {
      const { topic, consumer } = await bench.fresh();
      await bench.harness.publisher.publish(topic, marks(400, 40));
      const victim = await bench.memberProcess(topic, consumer);
      await victim.said('half');
      victim.signal('SIGKILL');
      await victim.ended;
      const heir = await bench.member(topic, consumer, bench.harness.effects.handler(consumer, 'b'));
      expect((await heir.groupLag()).map(({ partition }) => partition)).toEqual([...Array(12).keys()]);
      await until('nothing is behind', async () => (await heir.groupLag()).every(({ behind }) => behind === 0));
      expect(await bench.harness.effects.count(consumer)).toBe(400);
    });

    it('takes the partitions of a stalled member, whose late answer moves nothing', async () => {
      const { topic, consumer } = await bench.fresh();
      const published = await bench.harness.publisher.publish(topic, marks(400, 40));
      const stalled = await bench.memberProcess(topic, consumer);
      await stalled.said('half');
      stalled.signal('SIGSTOP');
      await bench.member(topic, consumer, bench.harness.effects.handler(consumer, 'b'));
      await applied(consumer, 400);
      await bench.settledAt(consumer, topic, published);
      const settled = await bench.harness.positions(consumer, topic);
      stalled.tell('go');
      stalled.signal('SIGCONT');
      await stalled.said('answered');
      stalled.tell('end');
      await stalled.ended;
      expect(await bench.harness.positions(consumer, topic)).toEqual(settled);
      expect(await bench.harness.effects.count(consumer)).toBe(400);
      expect(await bench.harness.effects.outOfOrder(consumer)).toEqual([]);
    });

    it('writes positions at close, so that the next member begins where this one ended', async () => {
      const { topic, consumer } = await bench.fresh();
      const published = await bench.harness.publisher.publish(topic, marks(100, 10));
      const a = await bench.member(topic, consumer, bench.harness.effects.handler(consumer, 'a'));
      await applied(consumer, 100);
      await a.close();
      await bench.settledAt(consumer, topic, published);
      let delivered = 0;
      await bench.member(topic, consumer, async ({ records }) => {
        delivered += records.length;
        return bench.harness.effects.apply(consumer, 'b', records);
      });
      await bench.harness.publisher.publish(topic, marks(10, 10, 10));
      await applied(consumer, 110);
      expect(delivered).toBe(10);
    });

    it('goes on by itself when the bus was away and is back', async () => {
      const { topic, consumer } = await bench.fresh();
      const member = await bench.member(topic, consumer, bench.harness.effects.handler(consumer, 'a'));
      await bench.harness.publisher.publish(topic, marks(100, 10));
      await applied(consumer, 100);
      await bench.harness.goAway();
      const unsure = bench.harness.publisher.publish(topic, marks(100, 10, 10)).then(
        () => true,
        () => false,
      );
      await bench.harness.comeBack();
      if (!(await unsure)) await publishedAgain(bench.harness.publisher, topic, marks(100, 10, 10));
      await publishedAgain(bench.harness.publisher, topic, marks(100, 10, 20));
      await applied(consumer, 300);
      expect(member.healthy()).toBe(true);
    });
  });
}

/** Publishes as systems outside do: what was not acknowledged is sent again, since connections may still be cut ones. */
async function publishedAgain(publisher: Publisher, topic: string, records: readonly OutgoingRecord[]): Promise<void> {
  for (let left = 20; ; left--) {
    try {
      await publisher.publish(topic, records);
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
