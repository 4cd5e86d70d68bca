import type { AppendItem, Checkpoint, NewEvent } from '@tallystick/decider';
import { byteaColumn, int4Column, int8Column, textColumn, uuidColumn } from '@tallystick/postgres';
import type { QueryConfig } from 'pg';

/** One event of a commit with its place in its stream. */
export interface PlacedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly event: NewEvent;
}

/** The items of one commit, flattened. */
export interface EncodedBatch {
  readonly placed: readonly PlacedEvent[];
  /** Parameters of `append_events` from `streams` to `after_hashes`. */
  readonly parameters: readonly Buffer[];
}

/**
 * Flattens items into the parameters of one call; `undefined` where items of one stream do not follow each other, so
 * that they cannot all be appended as they stand.
 */
export function encodeItems(items: readonly AppendItem[]): EncodedBatch | undefined {
  const placed: PlacedEvent[] = [];
  const heads = new Map<string, { revision: number; hash: Uint8Array }>();
  const after: { stream: string; revision: number; hash: Uint8Array }[] = [];
  for (const { stream, expected, events } of items) {
    let revision = expected === 'none' ? -1 : expected;
    const head = heads.get(stream);
    const { prevHash } = events[0]!;
    if (head && (head.revision !== revision || Buffer.compare(head.hash, prevHash) !== 0)) return undefined;
    if (!head && revision >= 0) after.push({ stream, revision, hash: prevHash });
    for (const event of events) placed.push({ stream, revision: ++revision, event });
    heads.set(stream, { revision, hash: events[events.length - 1]!.hash });
  }
  return { placed, parameters: [...eventColumns(placed), ...predecessorColumns(after)] };
}

/** The call of `append_events`; `schema` is quoted for use in SQL. A name keeps the statement prepared. */
export function appendStatement(
  schema: string,
  batch: EncodedBatch,
  checkpoints: readonly Checkpoint[],
  channel: string,
): QueryConfig {
  return {
    name: `append_events ${schema}`,
    text: `select last, recorded_ms from ${schema}.append_events(
      $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    values: [...batch.parameters, ...checkpointColumns(checkpoints), channel],
  };
}

function eventColumns(placed: readonly PlacedEvent[]): Buffer[] {
  return [
    textColumn(placed.map((one) => one.stream)),
    int4Column(placed.map((one) => one.revision)),
    uuidColumn(placed.map((one) => one.event.id)),
    textColumn(placed.map((one) => one.event.type)),
    int4Column(placed.map((one) => one.event.version)),
    byteaColumn(placed.map((one) => one.event.data)),
    byteaColumn(placed.map((one) => one.event.metadata)),
    byteaColumn(placed.map((one) => one.event.prevHash)),
    byteaColumn(placed.map((one) => one.event.hash)),
  ];
}

function predecessorColumns(after: readonly { stream: string; revision: number; hash: Uint8Array }[]): Buffer[] {
  return [
    textColumn(after.map((one) => one.stream)),
    int4Column(after.map((one) => one.revision)),
    byteaColumn(after.map((one) => one.hash)),
  ];
}

function checkpointColumns(checkpoints: readonly Checkpoint[]): Buffer[] {
  const moves = checkpoints.flatMap(({ consumer, topic, moves: steps }) =>
    steps.map((step) => ({ consumer, topic, ...step })),
  );
  return [
    textColumn(moves.map((move) => move.consumer)),
    textColumn(moves.map((move) => move.topic)),
    int4Column(moves.map((move) => move.partition)),
    int4Column(moves.map((move) => move.epoch)),
    int8Column(moves.map((move) => move.from)),
    int8Column(moves.map((move) => move.to)),
  ];
}
