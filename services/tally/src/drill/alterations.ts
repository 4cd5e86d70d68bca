import { randomUUID } from 'node:crypto';
import { eventHash, NO_HASH, type RecordedEvent } from '@tallystick/decider';
import type { SignerKey } from '@tallystick/proof';
import type { Forger } from './forger';

/** A whole number from 0 to below `count`, the next of a seeded row. */
export type Random = (count: number) => number;

/** Does one alteration; answers the number of the first event that is not what it was. */
type Alter = (forger: Forger, random: Random, stolen: SignerKey) => Promise<number>;

/** What the drill does to a log, by name (trust F15). */
export const ALTERATIONS: Readonly<Record<string, Alter>> = {
  'flip a bit': flip,
  'swap two events': swap,
  'delete the tail': deleteTail,
  'insert an event': insert,
  'rewrite a chain': rewriteChain,
  'rewrite chain and tree': rewriteTree,
  're-seal with the stolen key': reseal,
};

const FLIPPED = ['data', 'metadata', 'hash', 'prev_hash', 'type', 'recorded_at'] as const;

async function flip({ pool, events }: Forger, random: Random): Promise<number> {
  const field = FLIPPED[random(FLIPPED.length)]!;
  const candidates = events.map((event, index) => ({ event, index })).filter(({ event }) => event.metadata.length > 0);
  const { event, index } = candidates[random(candidates.length)]!;
  const bits = { data: event.data, metadata: event.metadata, hash: event.hash, prev_hash: event.prevHash };
  if (field === 'type') await pool.query(`update event set type = type || 'X' where position = $1`, [event.position]);
  else if (field === 'recorded_at') {
    await pool.query(`update event set recorded_at = recorded_at + interval '1 ms' where position = $1`, [
      event.position,
    ]);
  } else {
    const bit = random(bits[field].length * 8);
    await pool.query(
      `update event set ${field} = set_bit(${field}, $2, 1 - get_bit(${field}, $2)) where position = $1`,
      [...[event.position, bit]],
    );
  }
  return index;
}

async function swap({ pool, events }: Forger, random: Random): Promise<number> {
  const first = random(events.length - 1);
  const second = first + 1 + random(events.length - first - 1);
  const places = [events[first]!.position, events[second]!.position];
  if (random(2) === 0) {
    await pool.query(
      `update event set data = other.data, metadata = other.metadata, event_id = other.event_id, type = other.type
         from event as other where (event.position, other.position) in (($1, $2), ($2, $1))`,
      places,
    );
  } else {
    await pool.query('update event set position = -position where position in ($1, $2)', places);
    await pool.query('update event set position = $1::bigint + $2::bigint + position where position < 0', places);
  }
  return first;
}

async function deleteTail(forger: Forger, random: Random): Promise<number> {
  const { pool, events } = forger;
  const sizes = (await forger.checkpointSizes()).filter((size) => size < events.length);
  const isHidden = sizes.length > 0 && random(2) === 0;
  const left = isHidden ? sizes[random(sizes.length)]! : Math.max(1, events.length - 1 - random(3));
  const last = events[left - 1]!.position;
  await pool.query('delete from event where position > $1', [last]);
  await pool.query('update log_counter set last_position = $1', [last]);
  if (isHidden) await forger.rebuildTree(events.slice(0, left), 'as they are');
  return left;
}

async function insert({ pool, events }: Forger, random: Random): Promise<number> {
  const index = 1 + random(events.length - 1);
  const { position, recordedAt } = events[index]!;
  await pool.query('update event set position = -position - 1 where position >= $1', [position]);
  await pool.query('update event set position = -position where position < 0');
  await pool.query('update log_counter set last_position = last_position + 1');
  const forged = strayEvent(events, index, random);
  await pool.query(
    `insert into event (position, stream, revision, event_id, type, version, data, metadata, prev_hash, hash, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[position, forged.stream, forged.revision, forged.id, forged.type, forged.version],
      ...[forged.data, forged.metadata, forged.prevHash, forged.hash, new Date(recordedAt)],
    ],
  );
  return index;
}

/** A well-chained event before an index: the first of a stream that nobody knows, or one more behind a stream's last. */
function strayEvent(events: readonly RecordedEvent[], index: number, random: Random): RecordedEvent {
  const model = events[index]!;
  const isOver = (event: RecordedEvent): boolean => !events.slice(index).some(({ stream }) => stream === event.stream);
  const ended = events.slice(0, index).filter(isOver);
  const before = random(2) === 0 ? ended.at(-1) : undefined;
  const kind = model.stream.slice(0, model.stream.indexOf('_') + 1) || 'stray-demo_';
  const place = before
    ? { stream: before.stream, revision: before.revision + 1, prevHash: before.hash }
    : { stream: `${kind}${randomUUID()}`, revision: 0, prevHash: NO_HASH };
  const forged = { ...model, ...place, id: randomUUID(), sealed: undefined };
  return { ...forged, hash: eventHash(forged) };
}

async function rewriteChain(forger: Forger, random: Random): Promise<number> {
  return (await rewritten(forger, random)).index;
}

async function rewriteTree(forger: Forger, random: Random): Promise<number> {
  const { index, events } = await rewritten(forger, random);
  await forger.rebuildTree(events, random(2) === 0 ? 'as they are' : 'other text');
  return index;
}

async function reseal(forger: Forger, random: Random, stolen: SignerKey): Promise<number> {
  const { index, events } = await rewritten(forger, random);
  await forger.rebuildTree(events, stolen);
  return index;
}

/** One digit of an event's data is another; the chain behind it is good. */
async function rewritten(forger: Forger, random: Random): Promise<{ index: number; events: readonly RecordedEvent[] }> {
  const digits = (event: RecordedEvent): readonly number[] =>
    [...event.data.entries()].filter(([, byte]) => byte >= 0x31 && byte <= 0x38).map(([at]) => at);
  const candidates = forger.events
    .map((event, index) => ({ index, at: digits(event) }))
    .filter(({ at }) => at.length > 0);
  const { index, at } = candidates[random(candidates.length)]!;
  const data = Buffer.from(forger.events[index]!.data);
  const place = at[random(at.length)]!;
  data[place] = data[place]! + 1;
  return { index, events: await forger.rewriteChain(index, data) };
}
