import { createHash } from 'node:crypto';
import type { Position } from '@tallystick/decider';
import type { Arrival } from '../delivery/source';

/** A record that will not be delivered again unless somebody asks for it. */
export interface NewDeadLetter {
  /** Absent where nobody can tell. */
  readonly tenant?: string;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: Position;
  readonly key: string | null;
  readonly code: string;
  readonly pointer?: string;
  readonly detail?: string;
  /** SHA-256 of the payload; of nothing where the record had no value. */
  readonly payloadHash: Uint8Array;
  readonly payload: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Why a record was given up. */
export interface Reason {
  readonly code: string;
  readonly pointer?: string;
  readonly detail?: string;
}

/** Longest detail that is kept: enough for a sentence, not for a stack. */
const MAX_DETAIL = 500;

export function deadLetterOf(consumer: string, topic: string, arrival: Arrival, reason: Reason): NewDeadLetter {
  const { value, headers } = arrival.payload();
  return {
    tenant: arrival.record?.tenant ?? arrival.tenant,
    consumer,
    topic,
    partition: arrival.partition,
    position: arrival.position,
    key: arrival.key,
    code: reason.code,
    pointer: reason.pointer,
    detail: reason.detail?.slice(0, MAX_DETAIL),
    payloadHash: createHash('sha256')
      .update(value ?? Buffer.alloc(0))
      .digest(),
    payload: value,
    headers,
  };
}
