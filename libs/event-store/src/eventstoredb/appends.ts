import { binaryEvent, WrongExpectedVersionError } from '@eventstore/db-client';
import { type AppendItem, type AppendOutcome, EventStoreError, type Expected, position } from '@tallystick/decider';
import type { EsdbConnection } from './connection';
import { appendFault, isNodeLost } from './faults';
import { encodeFrame } from './frame';

/**
 * Appends items, streams beside each other and the items of one stream one after another. An item that goes on from one
 * that was refused is refused unsent: at a fitting revision the server would take it, whatever it rests on (rule R4).
 */
export async function appendItems(
  connection: EsdbConnection,
  items: readonly AppendItem[],
): Promise<readonly AppendOutcome[]> {
  const outcomes = new Array<AppendOutcome>(items.length);
  const streams = new Map<string, number[]>();
  items.forEach(({ stream }, index) => streams.set(stream, [...(streams.get(stream) ?? []), index]));
  await Promise.all([...streams.values()].map((places) => appendInOrder(connection, items, places, outcomes)));
  return outcomes;
}

async function appendInOrder(
  connection: EsdbConnection,
  items: readonly AppendItem[],
  places: readonly number[],
  outcomes: AppendOutcome[],
): Promise<void> {
  const refused = new Map<string, AppendOutcome>();
  for (const place of places) {
    const item = items[place]!;
    const before = refused.get(hex(item.events[0]!.prevHash));
    const outcome = before ? restsOn(before) : await connection.withSlot(() => appendItem(connection, item));
    if (outcome.kind !== 'appended') refused.set(hex(item.events[item.events.length - 1]!.hash), outcome);
    outcomes[place] = outcome;
  }
}

/** What becomes of an item whose predecessor ended so: it was surely not sent. */
function restsOn(before: AppendOutcome): AppendOutcome {
  if (before.kind !== 'failed' || before.error.code !== 'unknown') return before;
  return { kind: 'failed', error: new EventStoreError('unavailable', 'the item before it has no outcome yet') };
}

async function appendItem(connection: EsdbConnection, item: AppendItem): Promise<AppendOutcome> {
  const { client, credentials, deadline } = connection;
  const events = item.events.map((event) =>
    binaryEvent({ id: event.id, type: event.type, data: plainBytes(event.data), metadata: encodeFrame(event) }),
  );
  const expectedRevision = item.expected === 'none' ? 'no_stream' : BigInt(item.expected);
  try {
    const appending = client.appendToStream(item.stream, events, { expectedRevision, credentials, deadline });
    const result = await connection.answered(appending, client, 'unknown');
    const revision = Number(result.nextExpectedRevision);
    if (result.position === undefined) return { kind: 'appended', revision };
    return { kind: 'appended', revision, position: position(result.position.commit) };
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return { kind: 'wrong-expected', actual: actualOf(error) };
    if (isNodeLost(error)) connection.discard(client);
    return { kind: 'failed', error: appendFault(error) };
  }
}

function actualOf({ actualVersion }: WrongExpectedVersionError): Expected {
  return typeof actualVersion === 'bigint' ? Number(actualVersion) : 'none';
}

/** The client looks at the constructor of what it is given, and takes a Buffer for JSON. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
