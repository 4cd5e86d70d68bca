import type { Snapshot, SnapshotStore } from '@tallystick/decider';
import { byteaColumn, int4Column, type Pool, textColumn } from '@tallystick/postgres';
import { readFault } from './faults';
import { ROW_TYPES } from './rows';
import { runStatement } from './session';

type SnapshotRow = readonly [stream: string, revision: string, hash: Buffer, version: string, state: string];

/**
 * Snapshots in the service's own schema, whichever store holds its log. One row a stream, the last saved wins. A large
 * state is read as text of one character a byte, which costs half of hex; a zero byte, which no text of ours has, would
 * not pass, so such a state is not kept.
 */
export class PostgresSnapshots implements SnapshotStore {
  /** `schema` is quoted for use in SQL. */
  constructor(
    private readonly pool: Pool,
    private readonly schema: string,
    private readonly deadline: number,
  ) {}

  async load(streams: readonly string[]): Promise<ReadonlyMap<string, Snapshot>> {
    const found = new Map<string, Snapshot>();
    if (streams.length === 0) return found;
    const rows = await this.run(
      `select s.stream, s.revision, s.hash, s.version, convert_from(s.state, 'LATIN1')
       from ${this.schema}.snapshot s where s.stream = any ($1)`,
      [textColumn(streams)],
    );
    for (const [stream, revision, hash, version, state] of rows) {
      found.set(stream, {
        stream,
        revision: Number(revision),
        hash,
        version: Number(version),
        state: Buffer.from(state, 'latin1'),
      });
    }
    return found;
  }

  async save(snapshots: readonly Snapshot[]): Promise<void> {
    const kept = snapshots.filter(({ state }) => !state.includes(0));
    const newest = [...new Map(kept.map((snapshot) => [snapshot.stream, snapshot])).values()];
    if (newest.length === 0) return;
    newest.sort((a, b) => (a.stream < b.stream ? -1 : 1));
    await this.run(
      `insert into ${this.schema}.snapshot (stream, revision, hash, version, state)
       select * from unnest($1::text[], $2::int[], $3::bytea[], $4::int[], $5::bytea[])
       on conflict (stream) do update set revision = excluded.revision, hash = excluded.hash,
         version = excluded.version, state = excluded.state`,
      [
        textColumn(newest.map((snapshot) => snapshot.stream)),
        int4Column(newest.map((snapshot) => snapshot.revision)),
        byteaColumn(newest.map((snapshot) => snapshot.hash)),
        int4Column(newest.map((snapshot) => snapshot.version)),
        byteaColumn(newest.map((snapshot) => snapshot.state)),
      ],
    );
  }

  private async run(text: string, values: readonly Buffer[]): Promise<SnapshotRow[]> {
    try {
      const statement = { text, values: [...values], rowMode: 'array' as const, types: ROW_TYPES };
      const { rows } = await runStatement(this.pool, statement, this.deadline);
      return rows as unknown[] as SnapshotRow[];
    } catch (error) {
      throw readFault(error);
    }
  }
}
