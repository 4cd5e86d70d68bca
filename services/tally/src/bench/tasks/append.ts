import { type AppendItem, canonicalJson, commandId, eventHash, eventId, NO_HASH } from '@tallystick/decider';
import type { EventStore } from '@tallystick/decider';
import { MEMBERS, memberOf, purchase } from '../purchases';
import { chunks, twoAtATime, withLedgerStore } from './ledger-store';
import { type Place, type Timed, timed } from './place';

const HASH_BYTES = 32;
const PIECE = 50_000;

/** Makes events that continue one of many streams each, chained as the executor chains them; the data is a purchase. */
class StreamWriter {
  private readonly revisions: Int32Array;
  private readonly hashes: Buffer;
  private made = 0;

  constructor(private readonly streams: number) {
    this.revisions = new Int32Array(streams).fill(-1);
    this.hashes = Buffer.alloc(streams * HASH_BYTES);
  }

  /** The next event of the stream with this number. */
  next(stream: number): AppendItem {
    const name = `account-bench_${memberOf(stream)}`;
    const number = this.made++;
    const before = this.revisions[stream]!;
    const command = commandId('bench', 'bench-till', 'purchase-paid', String(number));
    const event = {
      id: eventId(command, 0),
      type: 'BenchAppended',
      version: 1,
      data: Buffer.from(canonicalJson(purchase(number, this.streams))),
      metadata: Buffer.from(canonicalJson({ actor: 'svc:bench', commandId: command })),
      prevHash: before < 0 ? NO_HASH : Buffer.from(this.hashAt(stream)),
    };
    const hash = eventHash({ stream: name, revision: before + 1, ...event });
    this.hashAt(stream).set(hash);
    this.revisions[stream] = before + 1;
    return { stream: name, expected: before < 0 ? 'none' : before, events: [{ ...event, hash }] };
  }

  /** So many events of streams in a mixed order. */
  mixed(count: number): AppendItem[] {
    return Array.from({ length: count }, () => this.next((Math.imul(this.made, 0x9e3779b1) >>> 0) % this.streams));
  }

  private hashAt(stream: number): Buffer {
    return this.hashes.subarray(stream * HASH_BYTES, (stream + 1) * HASH_BYTES);
  }
}

export interface AppendInput extends Place {
  readonly batches: readonly { readonly size: number; readonly events: number }[];
}

/** Appends to 20,000 streams over one connection, by sizes of batches. */
export async function append({ databaseUrl, rootPid, batches }: AppendInput): Promise<Timed[]> {
  return withLedgerStore(databaseUrl, async (store) => {
    const writer = new StreamWriter(MEMBERS);
    await appendAll(store, writer.mixed(MEMBERS), 1_000);
    const took: Timed[] = [];
    for (const { size, events } of batches) {
      const items = writer.mixed(events);
      took.push(await timed(rootPid, () => appendAll(store, items, size)));
    }
    return took;
  });
}

export interface GrowthInput extends Place {
  readonly streams: number;
  /** Events in the log before the measured ones. */
  readonly events: number;
  readonly measured: number;
}

/** The rate of appends, batch 1,000, to a log that holds so many streams and events already. */
export async function growth({ databaseUrl, rootPid, streams, events, measured }: GrowthInput): Promise<Timed> {
  return withLedgerStore(databaseUrl, async (store) => {
    const writer = new StreamWriter(streams);
    for (let stream = 0; stream < streams; stream += PIECE) {
      const piece = Array.from({ length: Math.min(PIECE, streams - stream) }, (_, index) =>
        writer.next(stream + index),
      );
      await appendAll(store, piece, 1_000);
    }
    for (let left = events - streams; left > 0; left -= PIECE) {
      await appendAll(store, writer.mixed(Math.min(PIECE, left)), 1_000);
    }
    const items = writer.mixed(measured);
    return timed(rootPid, () => appendAll(store, items, 1_000));
  });
}

async function appendAll(store: EventStore, items: readonly AppendItem[], size: number): Promise<void> {
  const write = async (batch: readonly AppendItem[]): Promise<void> => {
    const { outcomes } = await store.appendMany(batch);
    const bad = outcomes.find(({ kind }) => kind !== 'appended');
    if (bad) throw new Error(`an append was not taken: ${JSON.stringify(bad)}`);
  };
  if (size > 1) return twoAtATime(chunks(items, size), write);
  for (const item of items) await write([item]);
}
