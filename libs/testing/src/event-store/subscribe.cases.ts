import type { RecordedEvent, SubscriptionItem } from '@tallystick/decider';
import { type Bench, caughtUp, collect, eventCount, eventsOf, idsOf } from './harness';

/** Cases 46, 47, 49 to 53 and 55 to 57 of event-store-contract.md. */
export function subscribeCases(bench: Bench): void {
  describe('a subscription', () => {
    it('es-46 brings everything once, in order, then what comes live', async () => {
      const chain = bench.chain();
      const after = await bench.store.logHead();
      const events = await bench.grow(chain, 700);
      const items: SubscriptionItem[] = [];
      for await (const item of bench.store.subscribe({ after })) {
        items.push(item);
        if (item.kind === 'caught-up') events.push(...(await bench.grow(chain, 5)));
        if (eventsOf(items).length === 705) break;
      }
      expect(idsOf(eventsOf(items))).toEqual(idsOf(events));
    });

    it('es-47 delivers exactly what was committed while many write', async () => {
      const after = await bench.store.logHead();
      const stores = await Promise.all([bench.harness.open(), bench.harness.open(), bench.harness.open()]);
      const reader = await bench.harness.open();
      const reading = collect(reader.subscribe({ after }), eventCount(16 * 100));
      const write = async (writer: number): Promise<string[]> => {
        const ids: string[] = [];
        const chain = bench.chain();
        for (let round = 1; round <= 25; round++) {
          const rival = chain.fork();
          ids.push(...idsOf(await bench.grow(chain, 4, stores[writer % 3])));
          if (round % 5 > 0) continue;
          const lost = stores[(writer + 1) % 3]!.append(chain.stream, rival.expected, rival.next(1));
          await expect(lost).rejects.toMatchObject({ code: 'wrong-expected' });
        }
        return ids;
      };
      const committed = (await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)))).flat();
      const delivered = eventsOf(await reading);
      const positions = delivered.map((event) => event.position);
      expect(positions).toEqual([...new Set(positions)].sort());
      expect(idsOf(delivered).sort()).toEqual(committed.sort());
    });

    it('es-49 goes on behind the position it is given', async () => {
      const after = await bench.store.logHead();
      const events = await bench.grow(bench.chain(), 30);
      const seen: RecordedEvent[] = [];
      for (let stop = 7; seen.length < 30; stop += 7) {
        const from = seen.at(-1)?.position ?? after;
        seen.push(
          ...eventsOf(await collect(bench.store.subscribe({ after: from }), eventCount(Math.min(7, 30 - seen.length)))),
        );
      }
      expect(idsOf(seen)).toEqual(idsOf(events));
    });

    it('es-50 passes only the streams and types asked for', async () => {
      const after = await bench.store.logHead();
      const [one, other] = [bench.chain(0), bench.chain(1)];
      await bench.store.append(one.stream, 'none', [
        ...one.next(2, { type: 'Kept' }),
        ...one.next(1, { type: 'Lost' }),
      ]);
      await bench.store.append(other.stream, 'none', [...other.next(1, { type: 'Kept' }), ...other.next(1)]);
      await bench.harness.writeForeign?.();
      const streamPrefixes = [`${bench.harness.kinds[0]}-`];
      const found = async (filter: { streamPrefixes?: string[]; types?: string[] }): Promise<string[]> => {
        const items = await collect(bench.store.subscribe({ after, filter }), caughtUp);
        return eventsOf(items).map((event) => `${event.stream === one.stream ? 'one' : 'other'} ${event.revision}`);
      };
      expect(await found({ streamPrefixes })).toEqual(['one 0', 'one 1', 'one 2']);
      expect(await found({ types: ['Kept'] })).toEqual(['one 0', 'one 1', 'other 0']);
      expect(await found({ streamPrefixes, types: ['Kept'] })).toEqual(['one 0', 'one 1']);
      expect(await found({})).toEqual(['one 0', 'one 1', 'one 2', 'other 0', 'other 1']);
    });

    it('es-51 moves its checkpoint over events that do not match', async () => {
      const after = await bench.store.logHead();
      const chain = bench.chain();
      for (let round = 0; round * 500 < bench.capabilities.volume; round++) await bench.grow(chain, 500);
      const filter = { types: ['NeverSaid'] };
      const items = await collect(bench.store.subscribe({ after, filter }), caughtUp);
      const checkpoints = items.flatMap((item) => (item.kind === 'checkpoint' ? [item.position] : []));
      expect(eventsOf(items)).toEqual([]);
      expect(checkpoints.length).toBeGreaterThan(0);
      const rest = await bench.store.readAll({ after: checkpoints.at(-1), max: 100 });
      expect(rest.events.length).toBeLessThan(100);
    });

    it('es-52 says when it has caught up, also where nothing is there', async () => {
      const after = await bench.store.logHead();
      const items = await collect(bench.store.subscribe({ after, filter: { types: ['NeverSaid'] } }), caughtUp);
      expect(eventsOf(items)).toEqual([]);
    });

    it('es-53 waits for a slow consumer and loses nothing', async () => {
      const after = await bench.store.logHead();
      const chain = bench.chain();
      const events = await bench.grow(chain, 800);
      const seen: RecordedEvent[] = [];
      for await (const item of bench.store.subscribe({ after })) {
        if (item.kind !== 'event') continue;
        seen.push(item.event);
        if (seen.length % 200 === 3 && events.length < 2_400) events.push(...(await bench.grow(chain, 800)));
        if (seen.length === events.length) break;
      }
      expect(idsOf(seen)).toEqual(idsOf(events));
    });

    it('es-54 goes on behind the last delivered event when its connection breaks', async () => {
      const { store, faults } = await bench.harness.openFaulty();
      const chain = bench.chain();
      const after = await store.logHead();
      const events = await bench.grow(chain, 20);
      const seen: RecordedEvent[] = [];
      for await (const item of store.subscribe({ after })) {
        if (item.kind !== 'event') continue;
        seen.push(item.event);
        if (seen.length % 20 === 0 && seen.length < 80) {
          faults.cutAll();
          events.push(...(await bench.grow(chain, 20)));
        }
        if (seen.length === 80) break;
      }
      expect(idsOf(seen)).toEqual(idsOf(events));
    });

    it('es-55 stops where its consumer throws', async () => {
      const after = await bench.store.logHead();
      await bench.grow(bench.chain(), 5);
      let seen = 0;
      const consume = async (): Promise<void> => {
        for await (const item of bench.store.subscribe({ after })) {
          if (item.kind === 'event' && ++seen === 3) throw new Error('the consumer failed');
        }
      };
      await expect(consume()).rejects.toThrow('the consumer failed');
      expect(seen).toBe(3);
    });

    it('es-56 ends when its signal aborts or its store closes', async () => {
      const store = await bench.harness.open();
      const stop = new AbortController();
      const aborted = collect(store.subscribe({ signal: stop.signal, after: await store.logHead() }), () => false);
      const closed = collect(store.subscribe({ after: await store.logHead() }), () => false);
      stop.abort();
      await aborted;
      await store.close();
      await closed;
      expect(await bench.harness.openCalls()).toBe(0);
    });

    it('es-57 brings everything to each of two subscribers', async () => {
      const after = await bench.store.logHead();
      const both = [1, 2].map(() => collect(bench.store.subscribe({ after }), eventCount(50)));
      const events = await bench.grow(bench.chain(), 50);
      for (const items of await Promise.all(both)) expect(idsOf(eventsOf(items))).toEqual(idsOf(events));
    });
  });
}
