import { randomUUID } from 'node:crypto';
import { type Bench, idsOf } from './harness';

/** Cases 9 to 15 of event-store-contract.md: rules R1 to R6. */
export function idempotencyCases(bench: Bench): void {
  const wrong = (actual: number): unknown => expect.objectContaining({ code: 'wrong-expected', actual });

  describe('an append repeated', () => {
    it('es-9 is answered like the first one and stored once', async () => {
      const chain = bench.chain();
      const events = chain.next(3);
      const first = await bench.store.append(chain.stream, 'none', events);
      const again = await bench.store.append(chain.stream, 'none', events);
      expect(again.revision).toBe(first.revision);
      if (bench.capabilities.positionOnRetry) expect(again.position).toBe(first.position);
      expect(await bench.storedIds(chain.stream)).toEqual(idsOf(events));
    });

    it('es-10 is recognized after 1,000 later events and by another adapter', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 1);
      const events = chain.next(2);
      await bench.store.append(chain.stream, 0, events);
      for (let round = 0; round < 10; round++) await bench.grow(chain, 100);
      const later = await bench.harness.open();
      await expect(later.append(chain.stream, 0, events)).resolves.toMatchObject({ revision: 2 });
      expect(await bench.storedIds(chain.stream)).toHaveLength(1_003);
    });

    it('es-11 keeps the first bytes where it brings others', async () => {
      const chain = bench.chain();
      const ids = [randomUUID()];
      const other = chain.fork().next(1, { ids, data: Buffer.from('"other"') });
      await bench.store.append(chain.stream, 'none', chain.next(1, { ids, data: Buffer.from('"first"') }));
      await expect(bench.store.append(chain.stream, 'none', other)).resolves.toMatchObject({ revision: 0 });
      const { events } = await bench.store.readStream(chain.stream);
      expect(events.map((event) => Buffer.from(event.data).toString())).toEqual(['"first"']);
    });

    it('es-12 is refused where only its beginning is known, and writes nothing', async () => {
      const chain = bench.chain();
      const rival = chain.fork();
      const events = await bench.grow(chain, 2);
      const longer = rival.next(3, { ids: [...idsOf(events), randomUUID()] });
      await expect(bench.store.append(chain.stream, 'none', longer)).rejects.toEqual(wrong(1));
      expect(await bench.storedIds(chain.stream)).toEqual(idsOf(events));
    });

    it('es-13 is refused where its ids come in another order', async () => {
      const chain = bench.chain();
      const rival = chain.fork();
      const events = await bench.grow(chain, 2);
      const swapped = rival.next(2, { ids: idsOf(events).reverse() });
      await expect(bench.store.append(chain.stream, 'none', swapped)).rejects.toEqual(wrong(1));
    });

    it('es-14 counts as new in another stream', async () => {
      const [one, other] = [bench.chain(), bench.chain()];
      const ids = [randomUUID()];
      await bench.store.append(one.stream, 'none', one.next(1, { ids }));
      await bench.store.append(other.stream, 'none', other.next(1, { ids }));
      expect(await bench.storedIds(other.stream)).toEqual(ids);
    });

    it('es-15 counts as new where it expects the new head', async () => {
      const chain = bench.chain();
      const ids = [randomUUID()];
      await bench.store.append(chain.stream, 'none', chain.next(1, { ids }));
      await bench.store.append(chain.stream, 0, chain.next(1, { ids }));
      expect(await bench.storedIds(chain.stream)).toEqual([...ids, ...ids]);
    });
  });
}
