import type { Position } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { BusRecord } from '../bus';
import type { Arrival, Payload } from '../delivery/source';
import type { RawRecord } from '../outside/arrival';
import { originOf } from '../relay/contract-headers';

/** A contract of a service as it lies on its topic; what no relay of ours has written is refused. */
export function contractArrival(raw: RawRecord): Arrival {
  const { topic, partition, position, key, value, headers, at } = raw;
  const payload = (): Payload => ({ value, headers });
  const refuse = (code: string): Arrival => {
    return { partition, position, key, refused: { partition, position, key, code, value }, payload };
  };
  if (value === null) return refuse('empty');
  const told = originOf(headers);
  if (key === null || !told) return refuse('unauthentic');
  let message: unknown;
  try {
    message = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8'));
  } catch {
    return refuse('invalid-json');
  }
  const record: BusRecord = {
    topic,
    key,
    partition,
    position,
    message,
    tenant: told.tenant,
    correlationId: told.correlationId,
    causationId: told.origin.eventId,
    origin: told.origin,
    receivedAt: at,
  };
  return { partition, position, key, record, payload };
}

/** A Kafka message as the bus sees it. The position is the offset behind it: 1 for the first, as {@link START} is none. */
export function rawRecord(topic: string, partition: number, message: KafkaMessage): RawRecord {
  return {
    topic,
    partition,
    position: positionBehind(message.offset),
    key: message.key?.toString('utf8') ?? null,
    value: message.value,
    headers: textHeaders(message.headers),
    at: Number(message.timestamp) as Instant,
  };
}

export function positionBehind(offset: string): Position {
  return String(BigInt(offset) + 1n).padStart(20, '0');
}

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = typeof first === 'string' ? first : first.toString('utf8');
  }
  return texts;
}
