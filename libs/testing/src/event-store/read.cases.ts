import { position, type RecordedEvent } from '@tallystick/decider';
import { type Bench, collect, eventCount, idsOf } from './harness';

/** Cases 33 to 39 of event-store-contract.md. */
export function readCases(bench: Bench): void {
  describe('reading', () => {
    it('es-33 finds a missing stream empty', async () => {
      const { stream } = bench.chain();
      expect(await bench.store.readStream(stream)).toEqual({ exists: false, events: [] });
      expect(await bench.store.streamHead(stream)).toBeUndefined();
      expect(await bench.store.readStreams(new Map([[stream, 0]]))).toEqual(new Map([[stream, []]]));
    });

    it('es-34 goes forward or backward from an inclusive start, at most so far', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 10);
      const revisions = async (options: Parameters<typeof bench.store.readStream>[1]): Promise<number[]> =>
        (await bench.store.readStream(chain.stream, options)).events.map((event) => event.revision);
      expect(await revisions({ from: 3, max: 4 })).toEqual([3, 4, 5, 6]);
      expect(await revisions({ from: 8 })).toEqual([8, 9]);
      expect(await revisions({ direction: 'backward', max: 3 })).toEqual([9, 8, 7]);
      expect(await revisions({ direction: 'backward', from: 2 })).toEqual([2, 1, 0]);
      expect(await bench.store.readStream(chain.stream, { from: 10 })).toEqual({ exists: true, events: [] });
      const { hash } = (await bench.store.readStream(chain.stream, { from: 9 })).events[0]!;
      const head = await bench.store.streamHead(chain.stream);
      expect(head?.revision).toBe(9);
      expect(Buffer.compare(head!.hash, hash)).toBe(0);
    });

    it('es-34 reads many streams at once, each from its own revision', async () => {
      const [one, other, missing] = [bench.chain(), bench.chain(1), bench.chain()];
      await bench.grow(one, 5);
      await bench.grow(other, 3);
      const found = await bench.store.readStreams(
        new Map([
          [one.stream, 3],
          [other.stream, 0],
          [missing.stream, 0],
        ]),
      );
      expect([...found].map(([stream, events]) => [stream, events.map((event) => event.revision)])).toEqual([
        [one.stream, [3, 4]],
        [other.stream, [0, 1, 2]],
        [missing.stream, []],
      ]);
    });

    it('es-35 pages through a long stream without a gap', async () => {
      const { volume } = bench.capabilities;
      const chain = bench.chain();
      for (let round = 0; round * 500 < volume; round++) await bench.grow(chain, 500);
      const revisions: number[] = [];
      for (let from = 0; ; from = revisions.length) {
        const { events } = await bench.store.readStream(chain.stream, { from, max: 700 });
        if (events.length === 0) break;
        for (const event of events) revisions.push(event.revision);
      }
      expect(revisions).toEqual(Array.from({ length: volume }, (_, index) => index));
    });

    it('es-36 stopped early leaves nothing open', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 50);
      await bench.store.readStream(chain.stream, { max: 3 });
      await collect(bench.store.subscribe(), eventCount(3));
      expect(await bench.harness.openCalls()).toBe(0);
    });

    it('es-37 keeps every stream’s order in the log’s order', async () => {
      const chains = Array.from({ length: 8 }, (_, index) => bench.chain(index % 2 === 0 ? 0 : 1));
      const after = await bench.store.logHead();
      for (let round = 0; round < 5; round++) await Promise.all(chains.map((chain) => bench.grow(chain, 3)));
      const log = await wholeLog(bench, after);
      for (const { stream } of chains) {
        const revisions = log.filter((event) => event.stream === stream).map((event) => event.revision);
        expect(revisions).toEqual(Array.from({ length: 15 }, (_, index) => index));
      }
    });

    it('es-38 gives positions that rise, sort as text and survive a round trip', async () => {
      const after = await bench.store.logHead();
      const events = await bench.grow(bench.chain(), 20);
      const log = await wholeLog(bench, after);
      const positions = log.map((event) => event.position);
      expect(idsOf(log)).toEqual(idsOf(events));
      expect([...new Set(positions)].sort()).toEqual(positions);
      expect(positions.map((place) => position(BigInt(place)))).toEqual(positions);
      expect(positions[0]! > after).toBe(true);
      const { events: rest } = await bench.store.readAll({ after: positions[9], max: 100 });
      expect(idsOf(rest)).toEqual(idsOf(events.slice(10)));
    });

    it('es-39 sees what was appended before', async () => {
      for (let round = 0; round < 10; round++) {
        const chain = bench.chain();
        const after = await bench.store.logHead();
        const { position: at } = await bench.store.append(chain.stream, 'none', chain.next(1));
        expect((await wholeLog(bench, after)).map((event) => event.position)).toEqual([at]);
        expect((await bench.store.logHead()) >= at!).toBe(true);
      }
    });
  });
}

async function wholeLog(bench: Bench, after: string): Promise<RecordedEvent[]> {
  const log: RecordedEvent[] = [];
  for (let at = after; ;) {
    const page = await bench.store.readAll({ after: at, max: 500 });
    log.push(...page.events);
    if (page.atHead) return log;
    at = page.next;
  }
}
