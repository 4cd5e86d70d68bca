import {
  type AppendItem,
  type AppendOutcome,
  type Checkpoint,
  EventStoreError,
  position,
  type RecordedEvent,
} from '@tallystick/decider';
import { int4Column, isCheckpointLost, isContention, type Pool, textColumn } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import type { QueryConfig } from 'pg';
import { appendStatement, type EncodedBatch, encodeItems } from './append-statement';
import { type ExaminedStream, judge, type Verdict } from './examine';
import { appendFault, isStreamMoved, readFault } from './faults';
import { recordedRun } from './log-tail';
import { ROW_TYPES } from './rows';
import { runStatement } from './session';

/** Each lost round means that another writer got on, so this is met only by a writer that is always the slower one. */
const MAX_ROUNDS = 50;

/** One caller's items, and what is to move with them. */
export interface Part {
  readonly items: readonly AppendItem[];
  readonly checkpoints: readonly Checkpoint[];
}

export interface PartResult {
  readonly outcomes: readonly AppendOutcome[];
  readonly checkpointsMoved: boolean;
}

export interface CommitterOptions {
  readonly pool: Pool;
  /** Quoted for use in SQL. */
  readonly schema: string;
  /** Channel of notifications; the log's readers in other processes listen to it. */
  readonly channel: string;
  readonly deadline: number;
  /** Told of every commit, in log order, with the first position and the events as readers find them. */
  readonly committed: (first: number, events: readonly RecordedEvent[]) => void;
  /** Runs a commit: until it ends, its events are on their way to memory. */
  readonly underWay: <Result>(commit: () => Promise<Result>) => Promise<Result>;
}

interface Written {
  readonly first: number;
  readonly batch: EncodedBatch;
}

type ExamineRow = readonly [place: string, revision: string, id: string, hash: Buffer, position: string];

/**
 * Commits the items of several callers in one transaction. It is tried blind; where the database refuses (a stream
 * moved, a repetition, items that contradict each other) nothing was written, the streams are looked at, every item is
 * judged by rules R1 to R6, and what remains to be written is tried again.
 */
export class Committer {
  constructor(private readonly options: CommitterOptions) {}

  /** One result per part; it never rejects. */
  async commit(parts: readonly Part[], encoded: EncodedBatch | undefined): Promise<PartResult[]> {
    const items = parts.flatMap((part) => part.items);
    let verdicts: Verdict[] = items.map(() => 'write');
    let batch = encoded;
    let moving = true;
    const until = performance.now() + this.options.deadline;
    for (let round = 0; round < MAX_ROUNDS && (round === 0 || performance.now() < until); round++) {
      try {
        if (!batch) {
          verdicts = judge(items, await this.examine(items));
          batch = encodeItems(items.filter((_, index) => verdicts[index] === 'write'));
        }
        const moved = moving ? parts.filter((part, index) => isWhole(part, verdictsOf(parts, verdicts, index))) : [];
        const written = await this.write(batch!, moved);
        return results(parts, verdicts, written, new Set(moved));
      } catch (error) {
        if (isCheckpointLost(error)) moving = false;
        else if (isStreamMoved(error) || isContention(error)) batch = undefined;
        else return failures(parts, verdicts, appendFault(error));
      }
    }
    return failures(parts, verdicts, new EventStoreError('unavailable', 'other writers are always faster'));
  }

  private async write(batch: EncodedBatch, moved: readonly Part[]): Promise<Written> {
    const { schema, channel, underWay } = this.options;
    const checkpoints = moved.flatMap((part) => part.checkpoints);
    const { placed } = batch;
    if (placed.length === 0 && checkpoints.length === 0) return { first: 0, batch };
    const statement = { ...appendStatement(schema, batch, checkpoints, channel), types: ROW_TYPES };
    return underWay(() => this.send(statement, batch));
  }

  private async send(statement: QueryConfig, batch: EncodedBatch): Promise<Written> {
    const { pool, deadline, committed } = this.options;
    const { placed } = batch;
    const { rows } = await runStatement<{ last: string; recorded_ms: string }>(pool, statement, deadline);
    const first = Number(rows[0]!.last) - placed.length + 1;
    if (placed.length > 0) committed(first, recordedRun(first, Number(rows[0]!.recorded_ms) as Instant, placed));
    return { first, batch };
  }

  private async examine(items: readonly AppendItem[]): Promise<Map<string, ExaminedStream>> {
    const { pool, schema, deadline } = this.options;
    const firsts = items.map(({ expected }) => (expected === 'none' ? 0 : expected + 1));
    const statement = {
      text: `select place, revision, event_id, hash, "position" from ${schema}.examine_streams($1, $2, $3)`,
      values: [
        textColumn(items.map((item) => item.stream)),
        int4Column(firsts),
        int4Column(items.map(({ events }, index) => firsts[index]! + events.length - 1)),
      ],
      rowMode: 'array' as const,
      types: ROW_TYPES,
    };
    const streams = new Map<string, ExaminedStream>();
    for (const { stream } of items) streams.set(stream, { head: -1, marks: new Map() });
    try {
      const { rows } = await runStatement(pool, statement, deadline);
      for (const [place, revision, id, hash, at] of rows as unknown[] as ExamineRow[]) {
        const stream = streams.get(items[Number(place) - 1]!.stream)!;
        stream.marks.set(Number(revision), { id, hash, position: BigInt(at) });
        stream.head = Math.max(stream.head, Number(revision));
      }
      return streams;
    } catch (error) {
      throw readFault(error);
    }
  }
}

function verdictsOf(parts: readonly Part[], verdicts: readonly Verdict[], index: number): readonly Verdict[] {
  const start = parts.slice(0, index).reduce((sum, part) => sum + part.items.length, 0);
  return verdicts.slice(start, start + parts[index]!.items.length);
}

function isWhole(part: Part, verdicts: readonly Verdict[]): boolean {
  if (part.checkpoints.length === 0) return false;
  return verdicts.every((verdict) => verdict === 'write' || verdict.kind === 'repeats' || verdict.kind === 'appended');
}

function results(
  parts: readonly Part[],
  verdicts: readonly Verdict[],
  { first, batch: { placed } }: Written,
  moved: ReadonlySet<Part>,
): PartResult[] {
  let next = 0;
  let index = 0;
  return parts.map((part) => ({
    checkpointsMoved: moved.has(part),
    outcomes: part.items.map((item): AppendOutcome => {
      const verdict = verdicts[index++]!;
      if (verdict !== 'write' && verdict.kind !== 'repeats') return verdict;
      if (verdict === 'write') next += item.events.length;
      const at = verdict === 'write' ? next - 1 : placed.findIndex((one) => isAt(one, item.stream, verdict.revision));
      return { kind: 'appended', revision: placed[at]!.revision, position: position(first + at) };
    }),
  }));
}

function isAt(one: { readonly stream: string; readonly revision: number }, stream: string, revision: number): boolean {
  return one.stream === stream && one.revision === revision;
}

function failures(parts: readonly Part[], verdicts: readonly Verdict[], error: EventStoreError): PartResult[] {
  let index = 0;
  return parts.map((part) => ({
    checkpointsMoved: false,
    outcomes: part.items.map((): AppendOutcome => {
      const verdict = verdicts[index++]!;
      return verdict === 'write' || verdict.kind === 'repeats' ? { kind: 'failed', error } : verdict;
    }),
  }));
}
