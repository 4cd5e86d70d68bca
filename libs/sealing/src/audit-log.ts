import type { EventStore, RecordedEvent } from '@tallystick/decider';
import { consistencyRanges, inclusionRanges } from '@tallystick/proof';
import type { Pool } from '@tallystick/postgres';
import {
  checkpointAt,
  latestCheckpoint,
  loadHashes,
  loadLeafHash,
  sealedAt,
  type StoredCheckpoint,
} from './sealed-tables';

/** That an event is a leaf of the tree of a checkpoint. */
export interface InclusionProof {
  readonly event: RecordedEvent;
  /** The leaf's index. */
  readonly seq: number;
  /** As it was sealed: where the event was changed since, its leaf no longer hashes to it. */
  readonly leafHash: Buffer;
  /** From the leaf's sibling upward (RFC 6962 §2.1.1). */
  readonly proof: readonly Buffer[];
  readonly checkpoint: StoredCheckpoint;
}

/** That the tree of the later checkpoint begins with all leaves of the earlier one. */
export interface ConsistencyProof {
  readonly from: StoredCheckpoint;
  readonly to: StoredCheckpoint;
  /** RFC 6962 §2.1.2. */
  readonly proof: readonly Buffer[];
}

/** What a sealed log shows to those who check it. Every answer is checked without trust in whoever gives it. */
export class AuditLog {
  /** The service's schema is first on the pool's search path; with the sealing migrations applied. */
  constructor(
    private readonly pool: Pool,
    private readonly store: Pick<EventStore, 'readStream'>,
  ) {}

  /** The last checkpoint; undefined while nothing is sealed. */
  checkpoint(): Promise<StoredCheckpoint | undefined> {
    return latestCheckpoint(this.pool);
  }

  /** Proves an event against the last checkpoint; undefined where it is not there or not sealed. */
  async inclusion(stream: string, revision: number): Promise<InclusionProof | undefined> {
    const { events } = await this.store.readStream(stream, { from: revision, max: 1 });
    const [event] = events;
    if (!event) return undefined;
    const [seq, checkpoint] = [await sealedAt(this.pool, event), await latestCheckpoint(this.pool)];
    if (seq === undefined || !checkpoint) return undefined;
    const leafHash = await loadLeafHash(this.pool, seq);
    const proof = await loadHashes(this.pool, inclusionRanges(seq, checkpoint.size));
    return { event, seq, leafHash, proof, checkpoint };
  }

  /** Proves that the log only grew between two checkpoints; undefined where one of the sizes has none, or `from` exceeds `to`. */
  async consistency(from: number, to: number): Promise<ConsistencyProof | undefined> {
    if (from > to) return undefined;
    const [earlier, later] = [await checkpointAt(this.pool, from), await checkpointAt(this.pool, to)];
    if (!earlier || !later) return undefined;
    return { from: earlier, to: later, proof: await loadHashes(this.pool, consistencyRanges(from, to)) };
  }
}
