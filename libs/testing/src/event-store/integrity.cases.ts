import { eventHash, NO_HASH, type RecordedEvent, type Snapshot } from '@tallystick/decider';
import { type Bench } from './harness';

/** Cases 58, 60 and 61 of event-store-contract.md. */
export function integrityCases(bench: Bench): void {
  describe('integrity', () => {
    it('es-58 offers no way to delete or truncate', () => {
      const offered: string[] = [];
      for (let one: object | null = bench.store; one && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
        offered.push(...Object.getOwnPropertyNames(one));
      }
      expect(offered.filter((name) => /delete|truncate|tombstone|purge|remove/i.test(name))).toEqual([]);
    });

    it('es-60 lets a verifier follow the hash chain, and find what was tampered with', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 12);
      const events = [...(await bench.store.readStream(chain.stream)).events];
      expect(firstBreak(events)).toBe(-1);
      const tampered = { ...events[7]!, data: Buffer.from('{"revision":"8"}') };
      expect(firstBreak(events.with(7, tampered))).toBe(7);
      expect(firstBreak([...events.slice(0, 4), ...events.slice(5)])).toBe(4);
    });

    it('es-61 keeps the newest snapshot, and lives without it', async () => {
      const chain = bench.chain();
      await bench.grow(chain, 6);
      const before = await bench.storedIds(chain.stream);
      const snapshot = (revision: number): Snapshot => ({
        stream: chain.stream,
        revision,
        hash: new Uint8Array(32).fill(revision),
        version: 1,
        state: Buffer.from(`{"at":"${revision}"}`),
      });
      for (const revision of [1, 3, 5]) await bench.harness.snapshots.save([snapshot(revision)]);
      const { stream } = bench.chain();
      const loaded = await bench.harness.snapshots.load([chain.stream, stream]);
      expect([...loaded.keys()]).toEqual([chain.stream]);
      const { state, hash, ...rest } = loaded.get(chain.stream)!;
      expect(rest).toEqual({ stream: chain.stream, revision: 5, version: 1 });
      expect(Buffer.from(state).toString()).toBe('{"at":"5"}');
      expect(Buffer.from(hash)).toEqual(Buffer.alloc(32, 5));
      expect(await bench.storedIds(chain.stream)).toEqual(before);
    });
  });
}

/** Index of the first event whose hash or predecessor is not what it should be, -1 where the chain is whole. */
function firstBreak(events: readonly RecordedEvent[]): number {
  let prevHash: Uint8Array = NO_HASH;
  return events.findIndex((event, index) => {
    const good =
      event.revision === index &&
      Buffer.compare(event.prevHash, prevHash) === 0 &&
      Buffer.compare(eventHash(event), event.hash) === 0;
    prevHash = event.hash;
    return !good;
  });
}
