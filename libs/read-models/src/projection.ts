import type { EventStore, RecordedEvent } from '@tallystick/decider';
import type { BusRecord } from '@tallystick/messaging';
import type { RowStatement } from './row-statement';

/** The quoted physical name of one of a projection's tables (the live one or one being rebuilt), found by the search path. */
export type TableName = (table: string) => string;

interface ProjectionShape {
  readonly name: string;
  /** Raised with every change of its rows' meaning; the tables are `<table>_v<version>`, read through views. */
  readonly version: number;
  /** Logical table names, in the order in which they are created. */
  readonly tables: readonly string[];
  /** SQL text that creates the tables; `{{table}}` stands for the physical name of `table`. */
  readonly ddl: string;
}

/** Rows made from the service's own log. Never skips: an event that it does not know must throw. */
export interface LogProjection extends ProjectionShape {
  readonly source: 'log';
  /**
   * What is done with a page before its rows are written, where something is: repeated when the write fails, so it must be
   * idempotent. A rebuild makes rows only and leaves it out.
   */
  before?(events: readonly RecordedEvent[], store: EventStore): Promise<void>;
  /** The statements that write the rows of a page of events in log order. Each event is given exactly once. */
  statements(events: readonly RecordedEvent[], table: TableName): readonly RowStatement[];
}

/** The statements that write the rows of a batch. Records of one partition come in order, exactly once. */
export type BatchStatements = (records: readonly BusRecord[], table: TableName) => readonly RowStatement[];

/** Rows made from contracts of other services. */
export interface ContractProjection extends ProjectionShape {
  readonly source: 'contracts';
  /** By topic. */
  readonly statements: Readonly<Record<string, BatchStatements>>;
}

/** Says its rows as statements, so that rows and position leave for the database in one write and one transaction. */
export type Projection = LogProjection | ContractProjection;
