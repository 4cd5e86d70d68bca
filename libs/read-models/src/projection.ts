import type { RecordedEvent } from '@tallystick/decider';
import type { BusRecord } from '@tallystick/messaging';
import type { Connection } from '@tallystick/postgres';

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
  /** Writes the rows of a page of events, in log order, exactly once per event: rows and position move in one transaction. */
  apply(connection: Connection, events: readonly RecordedEvent[], table: TableName): Promise<void>;
}

/** Rows made from contracts of other services: rows and bus offset move in one transaction. */
export interface ContractProjection extends ProjectionShape {
  readonly source: 'contracts';
  /** By topic: writes the rows of a batch. Records of one partition come in order, exactly once. */
  readonly apply: Readonly<
    Record<string, (connection: Connection, records: readonly BusRecord[], table: TableName) => Promise<void>>
  >;
}

export type Projection = LogProjection | ContractProjection;
