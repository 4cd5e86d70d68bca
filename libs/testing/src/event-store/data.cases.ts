import { MAX_APPEND_BYTES, type NewEvent, type RecordedEvent } from '@tallystick/decider';
import { type Bench, codeOf } from './harness';

const NASTY_JSON = '{"z":1.10,"a":9007199254740993,"nul":"\\u0000","emoji":"🎟️","a b":[1e3]}';

/** Cases 40 to 45 of event-store-contract.md. */
export function dataCases(bench: Bench): void {
  async function roundTrip(events: (chain: ReturnType<Bench['chain']>) => NewEvent[]): Promise<RecordedEvent[]> {
    const chain = bench.chain();
    await bench.store.append(chain.stream, 'none', events(chain));
    return [...(await bench.store.readStream(chain.stream)).events];
  }

  describe('what is stored', () => {
    it('es-40 comes back byte for byte, UTF-8 or not', async () => {
      const every = Uint8Array.from({ length: 256 }, (_, index) => index);
      const invalid = Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80);
      const events = await roundTrip((chain) => [
        ...chain.next(1, { data: every, metadata: invalid }),
        ...chain.next(1, { data: new Uint8Array(0) }),
      ]);
      expect(events.map((event) => Buffer.from(event.data))).toEqual([Buffer.from(every), Buffer.alloc(0)]);
      expect(Buffer.from(events[0]!.metadata)).toEqual(Buffer.from(invalid));
    });

    it('es-41 keeps the bytes of JSON as they are', async () => {
      const [event] = await roundTrip((chain) => chain.next(1, { data: Buffer.from(NASTY_JSON) }));
      expect(Buffer.from(event!.data).toString()).toBe(NASTY_JSON);
    });

    it('es-42 carries metadata, or none at all', async () => {
      const metadata = Buffer.from('{"actor":"svc:ledger","causationId":"c","commandId":"b","correlationId":"a"}');
      const events = await roundTrip((chain) => [...chain.next(1, { metadata }), ...chain.next(1)]);
      expect(events.map((event) => Buffer.from(event.metadata).toString())).toEqual([metadata.toString(), '']);
    });

    it('es-42 carries id, type, version, hash and the predecessor’s hash', async () => {
      let appended: NewEvent[] = [];
      const events = await roundTrip((chain) => (appended = chain.next(2)));
      const plain = ({ id, type, version, hash, prevHash }: NewEvent): unknown => ({
        id,
        type,
        version,
        hash: Buffer.from(hash).toString('hex'),
        prevHash: Buffer.from(prevHash).toString('hex'),
      });
      expect(events.map(plain)).toEqual(appended.map(plain));
    });

    it('es-43 weighs at most 900 KiB an append, one event or many', async () => {
      const [one, sum, tooMuch] = [bench.chain(), bench.chain(), bench.chain()];
      const whole = new Uint8Array(MAX_APPEND_BYTES).fill(0x20);
      const half = whole.subarray(0, MAX_APPEND_BYTES / 2);
      await expect(bench.store.append(one.stream, 'none', one.next(1, { data: whole }))).resolves.toBeDefined();
      await expect(bench.store.append(sum.stream, 'none', sum.next(2, { data: half }))).resolves.toBeDefined();
      const extra = [...tooMuch.next(1, { data: whole }), ...tooMuch.next(1, { data: Uint8Array.of(1) })];
      expect(await codeOf(bench.store.append(tooMuch.stream, 'none', extra))).toBe('too-large');
      expect((await bench.store.readStream(tooMuch.stream)).exists).toBe(false);
    });

    it.each([
      '',
      'account',
      '$all',
      '$$account-1',
      'Account-1',
      'account-',
      `account-${'x'.repeat(151)}`,
      'account-a b',
    ])('es-44 refuses the stream name "%s"', async (stream) => {
      expect(await codeOf(bench.store.append(stream, 'none', bench.chain().next(1)))).toBe('invalid');
    });

    it.each(['', '$metadata', '1st', 'Points Accrued', 'x'.repeat(101)])(
      'es-44 refuses the event type "%s"',
      async (type) => {
        const chain = bench.chain();
        expect(await codeOf(bench.store.append(chain.stream, 'none', chain.next(1, { type })))).toBe('invalid');
      },
    );

    it('es-45 bears the time of recording in whole milliseconds of UTC', async () => {
      const before = Date.now() - 60_000;
      const chain = bench.chain();
      for (let round = 0; round < 5; round++) await bench.grow(chain, 2);
      const times = (await bench.store.readStream(chain.stream)).events.map((event) => event.recordedAt);
      expect(times.every((time) => Number.isInteger(time) && time > before && time < Date.now() + 60_000)).toBe(true);
      if (bench.capabilities.recordedInOrder) expect([...times].sort((a, b) => a - b)).toEqual(times);
    });
  });
}
