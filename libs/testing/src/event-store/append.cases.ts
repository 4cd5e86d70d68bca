import { randomUUID } from 'node:crypto';
import type { Expected } from '@tallystick/decider';
import { type Bench, codeOf, idsOf } from './harness';

/** Cases 1 to 8 and 18 to 22 of event-store-contract.md. */
export function appendCases(bench: Bench): void {
  const wrong = (actual: Expected): unknown => expect.objectContaining({ code: 'wrong-expected', actual });

  describe('append', () => {
    it('es-1 begins a stream at revision 0', async () => {
      const chain = bench.chain();
      await expect(bench.store.append(chain.stream, 'none', chain.next(1))).resolves.toMatchObject({ revision: 0 });
    });

    it('es-2 refuses to begin a stream that exists, and says where it is', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 3);
      const rival = bench.chain();
      const events = rival.next(1);
      await expect(bench.store.append(chain.stream, 'none', events)).rejects.toEqual(wrong(2));
    });

    it('es-3 adds all its events behind the head', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 2);
      const appended = await bench.store.append(chain.stream, 1, chain.next(3));
      expect(appended.revision).toBe(4);
      expect((await bench.store.readStream(chain.stream)).events.map((event) => event.revision)).toEqual([
        0, 1, 2, 3, 4,
      ]);
    });

    it('es-4 refuses an older expectation and writes nothing', async () => {
      const chain = bench.chain();
      const first = await bench.grow(chain, 1);
      const rival = chain.fork();
      const second = await bench.grow(chain, 2);
      await expect(bench.store.append(chain.stream, 0, rival.next(1))).rejects.toEqual(wrong(2));
      expect(await bench.storedIds(chain.stream)).toEqual(idsOf([...first, ...second]));
    });

    it('es-5 refuses an expectation beyond the head, and any revision of a missing stream', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 1);
      const ahead = chain.fork();
      ahead.next(3);
      await expect(bench.store.append(chain.stream, 3, ahead.next(1))).rejects.toEqual(wrong(0));
      const missing = bench.chain();
      missing.next(1);
      await expect(bench.store.append(missing.stream, 0, missing.next(1))).rejects.toEqual(wrong('none'));
      expect((await bench.store.readStream(missing.stream)).exists).toBe(false);
    });

    it('es-8 refuses an append of nothing', async () => {
      expect(await codeOf(bench.store.append(bench.chain().stream, 'none', []))).toBe('invalid');
    });
  });

  describe('writers at the same time', () => {
    async function race(expected: Expected, attempts: readonly Promise<unknown>[]): Promise<void> {
      const results = await Promise.allSettled(attempts);
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      const actual = expected === 'none' ? 0 : expected + 1;
      expect(lost).toEqual(lost.map(() => wrong(actual)));
    }

    it('es-18 one of 50 with the same expectation wins and 49 are told so', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 1);
      const stores = await Promise.all(Array.from({ length: 5 }, () => bench.harness.open()));
      await race(
        0,
        Array.from({ length: 50 }, (_, index) => stores[index % 5]!.append(chain.stream, 0, chain.fork().next(1))),
      );
      expect(await bench.storedIds(chain.stream)).toHaveLength(2);
    });

    it('es-19 one of 50 begins a stream', async () => {
      const chain = bench.chain();
      const stores = await Promise.all(Array.from({ length: 5 }, () => bench.harness.open()));
      await race(
        'none',
        Array.from({ length: 50 }, (_, index) => stores[index % 5]!.append(chain.stream, 'none', chain.fork().next(1))),
      );
      expect(await bench.storedIds(chain.stream)).toHaveLength(1);
    });

    it('es-20 20 writers that read, append and try again lose nothing', async () => {
      const rounds = bench.capabilities.volume / 400;
      const { stream } = bench.chain();
      const stores = await Promise.all(Array.from({ length: 4 }, () => bench.harness.open()));
      const write = async (writer: number): Promise<string[]> => {
        const store = stores[writer % stores.length]!;
        const mine: string[] = [];
        while (mine.length < rounds) {
          const head = await store.streamHead(stream);
          const chain = bench.chain();
          if (head) chain.resume(head.revision, head.hash);
          const id = randomUUID();
          const code = await codeOf(store.append(stream, chain.expected, chain.next(1, { ids: [id] })));
          if (code === undefined) mine.push(id);
          else if (code !== 'wrong-expected') throw new Error(`an append failed: ${String(code)}`);
        }
        return mine;
      };
      const ids = (await Promise.all(Array.from({ length: 20 }, (_, writer) => write(writer)))).flat();
      const { events } = await bench.store.readStream(stream);
      expect(events.map((event) => event.revision)).toEqual(Array.from({ length: 20 * rounds }, (_, index) => index));
      expect(idsOf(events).sort()).toEqual(ids.sort());
    });

    it('es-21 different streams never stand in each other’s way', async () => {
      const other = await bench.harness.open();
      const appended = await Promise.all(
        Array.from({ length: 60 }, (_, index) => {
          const chain = bench.chain();
          return (index % 2 === 0 ? bench.store : other).append(chain.stream, 'none', chain.next(2));
        }),
      );
      expect(appended.map((one) => one.revision)).toEqual(appended.map(() => 1));
    });

    it('es-22 nobody sees a part of an append', async () => {
      const chain = bench.chain();
      const reader = await bench.harness.open();
      const seen = new Set<number>();
      let writing = true;
      const watch = async (): Promise<void> => {
        while (writing) seen.add((await reader.readStream(chain.stream)).events.length);
      };
      const watching = watch();
      for (let round = 0; round < 5; round++) await bench.grow(chain, 100);
      writing = false;
      await watching;
      expect([...seen].filter((count) => count % 100 !== 0)).toEqual([]);
    });
  });
}
