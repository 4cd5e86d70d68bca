import {
  EventStoreError,
  Gathering,
  type LogPage,
  type Position,
  position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  START,
  type StreamHead,
  type StreamSlice,
} from '@tallystick/decider';
import type { Pool } from '@tallystick/postgres';
import type { QueryArrayConfig } from 'pg';
import { readFault } from './faults';
import { EVENT_COLUMNS, type EventRow, recordedEvent, ROW_TYPES } from './rows';
import { runStatement } from './session';

/** A filtered page looks at no more than so many events, so that one call's time is bounded whatever matches. */
const FILTER_WINDOW = 20_000;
const MAX_REVISION = 2_147_483_647;

/** Reads one service's log; every call is one statement, planned for its own values, within a deadline. */
export class LogReader {
  private readonly heads = new Gathering<undefined, Position>(async (asked) => {
    const [row] = await this.rows<readonly [string]>(`select last_position from ${this.schema}.log_counter`, []);
    return Array<Position>(asked.length).fill(position(BigInt(row![0])));
  });

  /** `schema` is quoted for use in SQL. */
  constructor(
    private readonly pool: Pool,
    private readonly schema: string,
    private readonly deadline: number,
  ) {}

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<StreamSlice> {
    const backward = options.direction === 'backward';
    const from = options.from ?? (backward ? MAX_REVISION : 0);
    const rows = await this.rows<EventRow>(
      `select ${EVENT_COLUMNS} from ${this.schema}.event e
       where e.stream = $1 and e.revision ${backward ? '<=' : '>='} $2
       order by e.revision ${backward ? 'desc' : 'asc'} limit $3`,
      [stream, from, options.max ?? null],
    );
    const exists = rows.length > 0 || (await this.streamHead(stream)) !== undefined;
    return { exists, events: rows.map(recordedEvent) };
  }

  async readStreams(from: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const streams = new Map<string, RecordedEvent[]>();
    for (const stream of from.keys()) streams.set(stream, []);
    if (from.size === 0) return streams;
    const rows = await this.rows<EventRow>(
      `select ${EVENT_COLUMNS} from unnest($1::text[], $2::int[]) as w(stream, revision)
       cross join lateral (
         select * from ${this.schema}.event i
         where i.stream = w.stream and i.revision >= w.revision order by i.revision
       ) e`,
      [[...from.keys()], [...from.values()]],
    );
    for (const row of rows) streams.get(row[1])!.push(recordedEvent(row));
    return streams;
  }

  async readAll({ after = START, filter, max }: ReadAllOptions): Promise<LogPage> {
    if (!(max >= 1)) throw new EventStoreError('invalid', 'a page holds at least one event');
    const rows = await this.rows<readonly [string, ...EventRow]>(
      `select c.last_position, ${EVENT_COLUMNS} from ${this.schema}.log_counter c
       left join lateral (
         select * from ${this.schema}.event i
         where i.position > $1 and i.position <= least(c.last_position, $2)
           and ($3::text[] is null or i.stream ^@ any ($3)) and ($4::text[] is null or i.type = any ($4))
         order by i.position limit $5
       ) e on true
       order by e.position`,
      [after, this.windowEnd(after, filter !== undefined), filter?.streamPrefixes ?? null, filter?.types ?? null, max],
    );
    const head = BigInt(rows[0]![0]);
    const events = rows.filter((row) => row[1] !== null).map(([, ...row]) => recordedEvent(row));
    const looked = this.windowEnd(after, filter !== undefined);
    const reached = looked < head ? looked : head;
    const next = events.length === max ? events[max - 1]!.position : position(reached);
    return { events, next: next < after ? after : next, atHead: BigInt(next) >= head };
  }

  async streamHead(stream: string): Promise<StreamHead | undefined> {
    const [row] = await this.rows<readonly [string, Buffer]>(
      `select e.revision, e.hash from ${this.schema}.event e where e.stream = $1 order by e.revision desc limit 1`,
      [stream],
    );
    return row && { revision: Number(row[0]), hash: row[1] };
  }

  /**
   * Many ask at once (every consumer's lag on this log): they share one question, put after all of them asked, and wait
   * first for one that is under way.
   */
  logHead(): Promise<Position> {
    return this.heads.add(undefined);
  }

  private windowEnd(after: Position, filtered: boolean): bigint {
    const limit = 9_223_372_036_854_775_807n;
    return filtered ? BigInt(after) + BigInt(FILTER_WINDOW) : limit;
  }

  private async rows<Row extends readonly unknown[]>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const statement: QueryArrayConfig = { text, values: [...values], rowMode: 'array', types: ROW_TYPES };
    try {
      const result = await runStatement(this.pool, statement, this.deadline);
      return result.rows as unknown[] as Row[];
    } catch (error) {
      throw readFault(error);
    }
  }
}
