import { type Bench, codeOf, idsOf } from './harness';

const DEADLINE = 500;
/** Errors after which the same append is sent again. */
const RETRYABLE = ['unknown', 'unavailable'];

/** Cases 23 to 27 of event-store-contract.md. */
export function failureCases(bench: Bench): void {
  describe('a fault on the way', () => {
    it('es-23 after the commit leaves the outcome unknown, and the retry finds one copy', async () => {
      const { store, faults } = await bench.harness.openFaulty();
      const chain = bench.chain();
      await bench.grow(chain, 1, store);
      const events = chain.next(2);
      faults.cutAfterCommit();
      expect(await codeOf(store.append(chain.stream, 0, events))).toBe('unknown');
      faults.heal();
      await expect(store.append(chain.stream, 0, events)).resolves.toMatchObject({ revision: 2 });
      expect((await bench.storedIds(chain.stream)).slice(1)).toEqual(idsOf(events));
    });

    it('es-24 before the commit is answered as retryable, and the retry writes once', async () => {
      const { store, faults } = await bench.harness.openFaulty();
      const chain = bench.chain();
      await bench.grow(chain, 1, store);
      const events = chain.next(1);
      faults.cutBeforeCommit();
      expect(RETRYABLE).toContain(await codeOf(store.append(chain.stream, 0, events)));
      faults.heal();
      await expect(store.append(chain.stream, 0, events)).resolves.toMatchObject({ revision: 1 });
      expect((await bench.storedIds(chain.stream)).slice(1)).toEqual(idsOf(events));
    });

    it('es-25 a silent store is given up after the deadline, and the next append works', async () => {
      const { store, faults } = await bench.harness.openFaulty({ deadline: DEADLINE });
      const chain = bench.chain();
      await bench.grow(chain, 1, store);
      faults.silence();
      const started = performance.now();
      const events = chain.next(1);
      expect(RETRYABLE).toContain(await codeOf(store.append(chain.stream, 0, events)));
      expect(RETRYABLE).toContain(await codeOf(store.streamHead(chain.stream)));
      expect(performance.now() - started).toBeLessThan(2 * (DEADLINE + 1_000));
      faults.heal();
      await expect(store.append(chain.stream, 0, events)).resolves.toMatchObject({ revision: 1 });
    });

    it('es-26 data that is not bytes is refused before anything is sent', async () => {
      const chain = bench.chain();
      const cycle: Record<string, unknown> = { amount: 1n };
      cycle['self'] = cycle;
      const [event] = chain.next(1);
      const broken = Object.assign({ ...event! }, { data: cycle });
      expect(await codeOf(bench.store.append(chain.stream, 'none', [broken]))).toBe('invalid');
      expect((await bench.store.readStream(chain.stream)).exists).toBe(false);
    });

    it('es-27 of one adapter leaves the appends of another alone', async () => {
      const { store, faults } = await bench.harness.openFaulty({ deadline: DEADLINE });
      await bench.grow(bench.chain(), 1, store);
      faults.silence();
      const [lost, good] = [bench.chain(), bench.chain()];
      const failing = codeOf(store.append(lost.stream, 'none', lost.next(1)));
      const appending = Array.from({ length: 10 }, () => bench.grow(good, 1));
      faults.cutAll();
      expect(RETRYABLE).toContain(await failing);
      await Promise.all(appending);
      faults.heal();
      expect(await bench.storedIds(good.stream)).toHaveLength(10);
    });

    it('es-28 that ends is recovered from by the same adapter', async () => {
      const { store, faults } = await bench.harness.openFaulty({ deadline: DEADLINE });
      const chain = bench.chain();
      await bench.grow(chain, 1, store);
      for (let round = 0; round < 3; round++) {
        faults.cutAll();
        const { expected } = chain;
        const events = chain.next(1);
        let code = await codeOf(store.append(chain.stream, expected, events));
        for (let attempt = 0; code !== undefined && attempt < 10; attempt++) {
          expect(RETRYABLE).toContain(code);
          code = await codeOf(store.append(chain.stream, expected, events));
        }
        expect(code).toBeUndefined();
      }
      expect(await bench.storedIds(chain.stream)).toHaveLength(4);
    });
  });
}
