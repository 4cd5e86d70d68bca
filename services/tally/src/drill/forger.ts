import { eventHash, eventsAfter, type RecordedEvent } from '@tallystick/decider';
import { openPostgresLogReader } from '@tallystick/event-store/postgres';
import { createPool, type Pool } from '@tallystick/postgres';
import { checkpointText, eventLeafHash, GrowingTree, type SignerKey, signNote } from '@tallystick/proof';

/** An event of a log as a forger changes it. */
export type ForgedEvent = { -readonly [Field in keyof RecordedEvent]: RecordedEvent[Field] };

/** The fields of an event by themselves: what a scan reads makes some of them only when they are asked for. */
function plain(event: RecordedEvent): RecordedEvent {
  const { id, stream, revision, position, recordedAt, type, version, data, metadata, prevHash, hash } = event;
  return { id, stream, revision, position, recordedAt, type, version, data, metadata, prevHash, hash };
}

/** Does to the log of one service what only a superuser can, with no trigger in the way. */
export class Forger {
  private constructor(
    readonly service: string,
    readonly pool: Pool,
    /** The log as it was, in order. */
    readonly events: readonly RecordedEvent[],
  ) {}

  static async open(databaseUrl: string, service: string): Promise<Forger> {
    const address = new URL(databaseUrl);
    address.searchParams.set('options', '-c session_replication_role=replica');
    const pool = createPool(address.toString(), { max: 2, applicationName: 'forger', searchPath: service });
    const log = await openPostgresLogReader({ pool, schema: service });
    const events: RecordedEvent[] = [];
    try {
      for await (const page of eventsAfter(log)) events.push(...page.map(plain));
    } finally {
      await log.close();
    }
    return new Forger(service, pool, events);
  }

  /** Sizes of the checkpoints, smallest first. */
  async checkpointSizes(): Promise<readonly number[]> {
    const { rows } = await this.pool.query<{ size: string }>('select size from checkpoint order by size');
    return rows.map(({ size }) => Number(size));
  }

  /** Writes other data into an event, with a good chain from there on. */
  async rewriteChain(index: number, data: Uint8Array): Promise<ForgedEvent[]> {
    const forged = this.events.map((event): ForgedEvent => ({ ...event }));
    const { stream } = forged[index]!;
    let prevHash: Uint8Array | undefined;
    for (const [at, event] of forged.entries()) {
      if (event.stream !== stream || at < index) continue;
      if (at === index) event.data = data;
      event.prevHash = prevHash ?? event.prevHash;
      event.sealed = undefined;
      event.hash = eventHash(event);
      prevHash = event.hash;
      await this.pool.query('update event set data = $2, prev_hash = $3, hash = $4 where position = $1', [
        ...[event.position, event.data, event.prevHash, event.hash],
      ]);
    }
    return forged;
  }

  /**
   * Builds the tree anew over these events and puts its roots into every checkpoint; the notes are signed anew with a stolen
   * key, or keep the signatures that they had. Checkpoints beyond the events are removed.
   */
  async rebuildTree(events: readonly RecordedEvent[], notes: 'as they are' | 'other text' | SignerKey): Promise<void> {
    await this.pool.query('delete from checkpoint where size > $1', [events.length]);
    await this.pool.query('delete from sealed_batch where first >= $1', [events.length]);
    await this.pool.query(
      'update sealed_batch set streams = streams[:$1 - first], revisions = revisions[:$1 - first] where first + cardinality(streams) > $1',
      [events.length],
    );
    await this.pool.query('delete from tree_tile');
    const tree = new GrowingTree(0, () => Buffer.alloc(0));
    for (const size of await this.checkpointSizes()) {
      tree.append(events.slice(tree.size, size).map(eventLeafHash));
      await this.forgeCheckpoint(size, tree.root(), notes);
    }
    for (const { level, index, hashes } of tree.takeChanged()) {
      await this.pool.query('insert into tree_tile (level, tile, hashes) values ($1, $2, $3)', [level, index, hashes]);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async forgeCheckpoint(
    size: number,
    root: Buffer,
    notes: 'as they are' | 'other text' | SignerKey,
  ): Promise<void> {
    const kept = await this.pool.query<{ note: string }>('select note from checkpoint where size = $1', [size]);
    const old = kept.rows[0]!.note;
    const text = checkpointText({ origin: old.slice(0, old.indexOf('\n')), size, root });
    const signatures = old.slice(old.lastIndexOf('\n\n') + 1);
    const note = notes === 'as they are' ? old : notes === 'other text' ? text + signatures : signNote(text, notes);
    await this.pool.query('update checkpoint set root = $2, note = $3 where size = $1', [size, root, note]);
    if (typeof notes === 'object')
      await this.pool.query(`update checkpoint set cosignatures = '' where size = $1`, [size]);
  }
}
