import { type EventStore, eventsAfter, type Position, position, START } from '@tallystick/decider';
import type { BusRecord } from '@tallystick/messaging';
import type { Connection } from '@tallystick/postgres';
import type { ContractProjection, LogProjection, TableName } from './projection';
import { logTopic } from './projection-runner';
import { passingOverKnown, writeRows } from './row-statement';
import { consumerOf } from './tables';

/** Runs a page's work in a transaction, or within the one at hand. */
export type Unit = (work: () => Promise<void>) => Promise<void>;

/** How a rebuild gets at what the live rows were made from. */
export interface Replay {
  /** Applies everything between what was applied before and the place of the live rows; resolves with how much. */
  advance(connection: Connection, unit: Unit, onApplied: (count: number) => void): Promise<number>;
  /** Applies what the live rows hold although no position stands for it yet; while nobody writes them. */
  applyAhead(connection: Connection, onApplied: (count: number) => void): Promise<void>;
  /** False where the live rows were never brought to that place by their projection, so that nothing can be compared. */
  readonly hasLiveRows: boolean;
  /** Lets the live projection go on from the place of the rebuilt rows. */
  handOver(connection: Connection): Promise<void>;
}

/** Replays the service's own log for a projection that lives from it. */
export class LogReplay implements Replay {
  hasLiveRows = false;
  private at: Position = START;

  constructor(
    private readonly projection: LogProjection,
    private readonly store: EventStore,
    private readonly service: string,
    private readonly table: TableName,
  ) {}

  async advance(connection: Connection, unit: Unit, onApplied: (count: number) => void): Promise<number> {
    const target = await this.livePosition(connection);
    if (this.at >= target) return 0;
    if ((await this.store.logHead()) < target)
      throw new Error('the log ends before the place of the live rows: it is another');
    let applied = 0;
    for await (const piece of eventsAfter(this.store, this.at)) {
      const events = piece.filter((event) => event.position <= target);
      if (events.length > 0) {
        await unit(() => writeRows(connection, this.projection.statements(events, this.table)));
      }
      applied += events.length;
      onApplied(events.length);
      if (piece.at(-1)!.position >= target) break;
    }
    this.at = target;
    return applied;
  }

  /** A runner moves rows and position together: nothing is ahead. */
  applyAhead(): Promise<void> {
    return Promise.resolve();
  }

  async handOver(connection: Connection): Promise<void> {
    if (this.hasLiveRows) return;
    // The epoch rises: a runner that began at the start of the log must not carry on over these rows.
    await connection.query(
      `insert into consumer_position as place (consumer, topic, partition, position, epoch) values ($1, $2, 0, $3, 1)
       on conflict (consumer, topic, partition) do update
         set position = excluded.position, epoch = place.epoch + 1, owner = null, lease_until = null`,
      [consumerOf(this.projection), logTopic(this.service), this.at],
    );
  }

  private async livePosition(connection: Connection): Promise<Position> {
    const { rows } = await connection.query<{ position: string }>(
      'select position from consumer_position where consumer = $1 and topic = $2 and partition = 0 and position > 0',
      [consumerOf(this.projection), logTopic(this.service)],
    );
    this.hasLiveRows = rows[0] !== undefined;
    return rows[0] === undefined ? this.store.logHead() : position(BigInt(rows[0].position));
  }
}

/**
 * Reads a topic's records again: those of each partition after one position (exclusive) up to another (inclusive), in
 * their order. A partition that `upTo` does not name gives nothing.
 */
export type ContractSource = (
  topic: string,
  after: ReadonlyMap<number, Position>,
  upTo: ReadonlyMap<number, Position>,
) => AsyncIterable<readonly BusRecord[]>;

/** Replays the topics of a projection that lives from contracts; its rows must not depend on the order of topics. */
export class ContractReplay implements Replay {
  hasLiveRows = false;
  private readonly at = new Map<string, Map<number, Position>>();

  constructor(
    private readonly projection: ContractProjection,
    private readonly source: ContractSource,
    /** Under whose name the bus keeps the positions of the topics. */
    private readonly consumer: string,
    private readonly table: TableName,
  ) {}

  async advance(connection: Connection, unit: Unit, onApplied: (count: number) => void): Promise<number> {
    let applied = 0;
    for (const topic of Object.keys(this.projection.statements)) {
      const settled = await this.settled(connection, topic);
      if (settled.size > 0) this.hasLiveRows = true;
      applied += await this.advanceTopic(connection, topic, settled, unit, onApplied);
    }
    return applied;
  }

  async applyAhead(connection: Connection, onApplied: (count: number) => void): Promise<void> {
    for (const [topic, statements] of Object.entries(this.projection.statements)) {
      const settled = this.at.get(topic) ?? new Map<number, Position>();
      const { rows } = await connection.query<{ partition: number; position: string }>(
        'select partition, position from consumed_ahead where consumer = $1 and topic = $2 order by position',
        [consumerOf(this.projection), topic],
      );
      const taken = rows
        .map((row) => ({ partition: row.partition, position: position(BigInt(row.position)) }))
        .filter((place) => place.position > (settled.get(place.partition) ?? START));
      if (taken.length === 0) continue;
      const names = new Set(taken.map((place) => `${place.partition}/${place.position}`));
      const upTo = new Map(taken.map((place) => [place.partition, place.position]));
      for await (const records of this.source(topic, settled, upTo)) {
        const ahead = records.filter((record) => names.has(`${record.partition}/${record.position}`));
        if (ahead.length > 0) await writeRows(connection, statements(ahead, this.table).map(passingOverKnown));
        onApplied(ahead.length);
      }
    }
  }

  /** The bus keeps its own positions; the rebuilt rows stand at them. */
  handOver(): Promise<void> {
    return Promise.resolve();
  }

  private async advanceTopic(
    connection: Connection,
    topic: string,
    settled: ReadonlyMap<number, Position>,
    unit: Unit,
    onApplied: (count: number) => void,
  ): Promise<number> {
    const after = this.at.get(topic) ?? new Map<number, Position>();
    let applied = 0;
    const statements = this.projection.statements[topic]!;
    for await (const records of this.source(topic, after, settled)) {
      if (records.length === 0) continue;
      await unit(() => writeRows(connection, statements(records, this.table).map(passingOverKnown)));
      applied += records.length;
      onApplied(records.length);
    }
    this.at.set(topic, new Map(settled));
    return applied;
  }

  private async settled(connection: Connection, topic: string): Promise<Map<number, Position>> {
    const { rows } = await connection.query<{ partition: number; position: string }>(
      'select partition, position from consumer_position where consumer = $1 and topic = $2 and position > 0',
      [this.consumer, topic],
    );
    return new Map(rows.map((row) => [row.partition, position(BigInt(row.position))]));
  }
}
