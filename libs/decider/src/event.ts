import type { Instant } from '@tallystick/vocabulary';

/** What a decider says has happened: a name, the version of its shape, and data that JSON can carry (integers as text). */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly version: number;
  readonly data: Data;
}

/**
 * Who caused an event and by what (design §6 "Event"). Every byte is paid for on every event, so what follows from
 * another field is absent: no `correlationId` = the command id, no `causationId` = the correlation id.
 */
export interface EventMetadata {
  /** `svc:<service>` for a policy, `<role>:<subject>` for a person or a machine outside. */
  readonly actor: string;
  readonly commandId: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  /** The unit on whose behalf it happened, where the data does not name it. */
  readonly orgUnit?: string;
}

/** An event ready to be stored: serialized once, chained to its predecessor. Bytes are final; nobody serializes again. */
export interface NewEvent {
  /** UUIDv5(command id, index of the event within its command). */
  readonly id: string;
  readonly type: string;
  readonly version: number;
  /** RFC 8785 bytes of the domain event's data. The port keeps whatever bytes it is given. */
  readonly data: Uint8Array;
  /** RFC 8785 bytes of {@link EventMetadata}, or empty. */
  readonly metadata: Uint8Array;
  /** Hash of the stream's event before this one; 32 zero bytes at revision 0. */
  readonly prevHash: Uint8Array;
  readonly hash: Uint8Array;
  /** The object that `data` was made from, frozen, for readers in this process; never stored. */
  readonly body?: unknown;
  /** The object that `metadata` was made from, as {@link body}. */
  readonly said?: EventMetadata;
}

/** A stored fact. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** 0, 1, 2 … within the stream. */
  readonly revision: number;
  readonly position: Position;
  /** Set by the store; its order is the log's order on Postgres, never used for order elsewhere. */
  readonly recordedAt: Instant;
  /** What `sealed` would make of the event, where the store read it in one piece. */
  readonly sealed?: Uint8Array;
}

/** A place in one log: decimal text of fixed width (20 digits) that sorts as text. {@link START} lies before every event. */
export type Position = string;

export const POSITION_WIDTH = 20;

export const START: Position = '0'.repeat(POSITION_WIDTH);

export function position(value: bigint | number): Position {
  return String(value).padStart(POSITION_WIDTH, '0');
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The event's data as an object, parsed at most once per event object. Frozen by convention: nobody writes to it. */
export function bodyOf<Data>(event: RecordedEvent | NewEvent): Data {
  // Kept on the event itself: tables of weak keys with thousands of entries cost the collector dearly.
  const keeper: { body?: unknown } = event;
  keeper.body ??= JSON.parse(decoder.decode(event.data));
  return keeper.body as Data;
}

/** The event's metadata with the implied ids filled in; `undefined` where it carries none. */
export function metadataOf(event: RecordedEvent | NewEvent): Required<Omit<EventMetadata, 'orgUnit'>> | undefined {
  if (event.metadata.length === 0) return undefined;
  const stored = event.said ?? (JSON.parse(decoder.decode(event.metadata)) as EventMetadata);
  const correlationId = stored.correlationId ?? stored.commandId;
  return { ...stored, correlationId, causationId: stored.causationId ?? correlationId };
}
