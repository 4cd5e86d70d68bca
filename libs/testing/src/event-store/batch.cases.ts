import type { AppendItem, AppendOutcome } from '@tallystick/decider';
import { type Bench, idsOf } from './harness';

/** Cases 29 to 32 of event-store-contract.md. */
export function batchCases(bench: Bench): void {
  const kinds = (outcomes: readonly AppendOutcome[]): string[] => outcomes.map((outcome) => outcome.kind);

  describe('appendMany', () => {
    it('es-29 answers in the order of its items, and a wrong one stops no other', async () => {
      const taken = bench.chain();
      const late = taken.fork().next(1);
      await bench.grow(taken, 2);
      const fresh = Array.from({ length: 9 }, () => bench.chain());
      const items: AppendItem[] = fresh.map((chain) => ({
        stream: chain.stream,
        expected: 'none',
        events: chain.next(2),
      }));
      items.splice(4, 0, { stream: taken.stream, expected: 'none', events: late });
      items.splice(7, 0, { stream: 'No stream', expected: 'none', events: late });
      const { outcomes } = await bench.store.appendMany(items);
      expect(outcomes.map((outcome) => (outcome.kind === 'appended' ? outcome.revision : outcome.kind))).toEqual([
        1,
        1,
        1,
        1,
        'wrong-expected',
        1,
        1,
        'failed',
        1,
        1,
        1,
      ]);
      expect(outcomes[4]).toEqual({ kind: 'wrong-expected', actual: 1 });
      expect(outcomes[7]).toMatchObject({ error: { code: 'invalid' } });
      for (const { stream, events } of [items[0]!, items[10]!])
        expect(await bench.storedIds(stream)).toEqual(idsOf(events));
    });

    it('es-30 applies items of one stream in their order', async () => {
      const chain = bench.chain();
      const items: AppendItem[] = [1, 2, 3].map((count) => ({
        stream: chain.stream,
        expected: chain.expected,
        events: chain.next(count),
      }));
      const { outcomes } = await bench.store.appendMany(items);
      expect(outcomes.map((outcome) => outcome.kind === 'appended' && outcome.revision)).toEqual([0, 2, 5]);
      expect(await bench.storedIds(chain.stream)).toEqual(items.flatMap((item) => idsOf(item.events)));
    });

    it('es-30 judges a later item of a stream by what an earlier one leaves', async () => {
      const chain = bench.chain();
      const rival = chain.fork();
      const events = chain.next(2);
      const item: AppendItem = { stream: chain.stream, expected: 'none', events };
      const { outcomes } = await bench.store.appendMany([
        item,
        { stream: chain.stream, expected: 'none', events: rival.next(1) },
        item,
        { stream: chain.stream, expected: 1, events: chain.next(1) },
      ]);
      expect(kinds(outcomes)).toEqual(['appended', 'wrong-expected', 'appended', 'appended']);
      expect(outcomes[1]).toEqual({ kind: 'wrong-expected', actual: 1 });
      expect(outcomes[2]).toMatchObject({ revision: 1 });
      expect(await bench.storedIds(chain.stream)).toHaveLength(3);
    });

    it('es-30 refuses what goes on from an item that another writer’s event has displaced', async () => {
      const chain = bench.chain();
      const rival = chain.fork();
      const first: AppendItem = { stream: chain.stream, expected: 'none', events: chain.next(1) };
      const second: AppendItem = { stream: chain.stream, expected: 0, events: chain.next(1) };
      await bench.grow(rival, 1);
      const { outcomes } = await bench.store.appendMany([first, second]);
      expect(kinds(outcomes)).toEqual(['wrong-expected', 'wrong-expected']);
      expect(await bench.storedIds(chain.stream)).toHaveLength(1);
    });

    it('es-31 converges when a half-applied batch is repeated whole', async () => {
      const chains = Array.from({ length: 10 }, () => bench.chain());
      const items: AppendItem[] = chains.map((chain) => ({
        stream: chain.stream,
        expected: 'none',
        events: chain.next(2),
      }));
      await bench.store.appendMany(items.slice(0, 5));
      const restarted = await bench.harness.open();
      const { outcomes } = await restarted.appendMany(items);
      expect(kinds(outcomes)).toEqual(items.map(() => 'appended'));
      for (const { stream, events } of items) expect(await bench.storedIds(stream)).toEqual(idsOf(events));
    });

    it('es-32 takes 1,000 streams at once', async () => {
      const chains = Array.from({ length: 1_000 }, () => bench.chain());
      const items: AppendItem[] = chains.map((chain) => ({
        stream: chain.stream,
        expected: 'none',
        events: chain.next(1),
      }));
      const { outcomes } = await bench.store.appendMany(items);
      expect(outcomes.map((outcome) => outcome.kind === 'appended' && outcome.revision)).toEqual(items.map(() => 0));
      const stored = await bench.store.readStreams(new Map(items.map((item) => [item.stream, 0])));
      expect([...stored.values()].flatMap(idsOf).sort()).toEqual(items.flatMap((item) => idsOf(item.events)).sort());
    });
  });
}
