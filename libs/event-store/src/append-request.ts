import {
  type AppendItem,
  EVENT_TYPE,
  EventStoreError,
  MAX_APPEND_BYTES,
  type NewEvent,
  NO_HASH,
  STREAM_NAME,
} from '@tallystick/decider';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_REVISION = 2_147_483_000;
const MAX_VERSION = 32_767;

/**
 * Names what no store can take, before any call is made: an empty append, a name outside the grammar, an id that is no
 * UUID, data that is not bytes, a broken chain, more than {@link MAX_APPEND_BYTES} in sum; `undefined` for a good item.
 */
export function faultOf({ stream, expected, events }: AppendItem): EventStoreError | undefined {
  if (!STREAM_NAME.test(stream)) return invalid(`"${stream}" is no stream name`);
  if (expected !== 'none' && !isRevision(expected)) return invalid(`${stream}: "${expected}" is no expectation`);
  if (events.length === 0) return invalid(`${stream}: an append of nothing`);
  let bytes = 0;
  let prevHash = expected === 'none' ? NO_HASH : undefined;
  for (const event of events) {
    const fault = eventFault(event);
    if (fault) return invalid(`${stream}: ${fault}`);
    if (prevHash && Buffer.compare(prevHash, event.prevHash) !== 0) return invalid(`${stream}: a broken hash chain`);
    prevHash = event.hash;
    bytes += event.data.length + event.metadata.length;
  }
  if (bytes <= MAX_APPEND_BYTES) return undefined;
  return new EventStoreError('too-large', `${stream}: ${bytes} bytes are more than ${MAX_APPEND_BYTES}`);
}

/** Sum of what the items weigh, for bounds on memory. */
export function bytesOf(events: readonly NewEvent[]): number {
  let bytes = 0;
  for (const event of events) bytes += event.data.length + event.metadata.length + 256;
  return bytes;
}

function eventFault(event: NewEvent): string | undefined {
  if (!UUID.test(event.id)) return `"${event.id}" is no event id`;
  if (!EVENT_TYPE.test(event.type)) return `"${event.type}" is no event type`;
  if (!Number.isInteger(event.version) || event.version < 1 || event.version > MAX_VERSION) return 'no event version';
  if (!(event.data instanceof Uint8Array) || !(event.metadata instanceof Uint8Array)) return 'data must be bytes';
  if (!isHash(event.hash) || !isHash(event.prevHash)) return 'a hash has 32 bytes';
  return undefined;
}

function isHash(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 32;
}

function isRevision(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_REVISION;
}

function invalid(message: string): EventStoreError {
  return new EventStoreError('invalid', message);
}
