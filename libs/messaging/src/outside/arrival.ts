import type { Position } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { BusRecord, RefusedRecord } from '../bus';
import type { Arrival, Payload } from '../delivery/source';
import type { Headers, TopicBinding } from './binding';
import type { RecordReader } from './record-reader';

/** A record of an outside topic as the bus keeps it. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly position: Position;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers: Headers;
  readonly at: Instant;
}

const CORRELATION_ID = /^[A-Za-z0-9._:-]{1,64}$/;
const TRACE_ID = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Reads and judges a raw record; the tenant is the binding's. */
export function arrivalOf(raw: RawRecord, binding: TopicBinding, reader: RecordReader): Arrival {
  const { topic, partition, position, key, value, headers } = raw;
  const payload = (): Payload => ({ value, headers });
  const result = reader(value, key, headers);
  if (!result.ok) {
    const { code, pointer } = result;
    const refused: RefusedRecord = { partition, position, key, code, pointer, value };
    return { partition, position, key, refused, tenant: binding.tenant, payload };
  }
  const correlationId = correlationIdOf(raw);
  const record: BusRecord = {
    topic,
    key: key ?? '',
    partition,
    position,
    message: result.message,
    tenant: binding.tenant,
    ...(result.unit === undefined ? {} : { unit: result.unit }),
    correlationId,
    causationId: correlationId,
    receivedAt: raw.at,
  };
  return { partition, position, key, record, payload };
}

/** The publisher's correlation or trace id where it sent one; else the record's place, the same at every delivery. */
function correlationIdOf({ topic, partition, position, headers }: RawRecord): string {
  const given = headers['correlation-id'];
  if (given !== undefined && CORRELATION_ID.test(given)) return given;
  const traced = headers['traceparent'] === undefined ? undefined : TRACE_ID.exec(headers['traceparent'])?.[1];
  return traced ?? `${topic}:${partition}:${BigInt(position)}`.slice(-64);
}
