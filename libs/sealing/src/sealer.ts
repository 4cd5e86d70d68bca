import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type EventStore, type Position, type RecordedEvent, START } from '@tallystick/decider';
import {
  type Checkpoint,
  checkpointText,
  eventLeafHash,
  type SignerKey,
  signNote,
  type VerifierKey,
} from '@tallystick/proof';
import { inTransaction, moveCheckpoint, type Pool, type PositionLease, PositionLeases } from '@tallystick/postgres';
import { type ChainFault, ChainHeads } from './chain-heads';
import { openSealedTree, SealBroken, type SealedTree } from './sealed-tree';
import { latestCheckpoint, type StoredCheckpoint, writeSeal } from './sealed-tables';
import { Wake } from './wake';

/** What a sealer has to do with the world around it. */
export interface SealerOptions {
  readonly service: string;
  readonly store: Pick<EventStore, 'scan' | 'readAll' | 'readStreams' | 'logHead'>;
  /** The service's schema is first on its search path; with the consumer and sealing migrations applied. */
  readonly pool: Pool;
  /** Signs as the log: the name of its key is the origin of the checkpoints. */
  readonly signer: SignerKey;
  /** Keys that signed the log's earlier checkpoints, where the key was changed. */
  readonly formerKeys?: readonly VerifierKey[];
  /** Longest time from an event to its checkpoint, roughly, in ms; default 1,000. */
  readonly intervalMs?: number;
  /** Leaves that one checkpoint adds at most; default 2,000. */
  readonly batchSize?: number;
  /** How long a silent sealer keeps the log, in ms; default 10,000. */
  readonly leaseMs?: number;
  /** Hears of each checkpoint once it is kept. */
  readonly onSealed?: (checkpoint: StoredCheckpoint) => void;
  /** Hears of a step that failed and will be tried again; of {@link SealBroken} once, until something else happens. */
  readonly onFault?: (error: unknown) => void;
}

/** How far a log is sealed, by whomever. */
export interface SealStanding {
  readonly size: number;
  readonly position: Position;
  /** Log positions between the last leaf and the log's head. */
  readonly behind: number;
  /** Why nothing more is sealed here; absent where all is well or another process is the sealer. */
  readonly fault?: string;
}

const CONSUMER = 'sealer';
const ONLY = 0;

/**
 * Seals the log of one service: takes the events behind the last leaf in log order, holds each to its chain, adds them to
 * the tree and signs the tree's root. One sealer at a time holds the lease; what another still writes under an older one is
 * refused with its position, so no two checkpoints of a log ever tell different stories. An event that breaks its chain
 * stops the seal, and the log goes on.
 */
export class Sealer {
  private readonly leases: PositionLeases;
  private readonly wake = new Wake();
  private lease: PositionLease | undefined;
  private claimedAt = -Infinity;
  private tree: SealedTree | undefined;
  private heads: ChainHeads;
  private fault: string | undefined;
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: SealerOptions) {
    this.leases = new PositionLeases(options.pool, `${hostname()}/${process.pid}/${randomUUID()}`);
    this.heads = new ChainHeads(options.store);
  }

  start(): void {
    this.running = this.sealing();
  }

  /** Seals what is in the log by now, as far as it is this sealer's to do, and gives the lease to another. */
  async close(): Promise<void> {
    this.isStopped = true;
    this.wake.now();
    await this.running;
    await this.leases.close().catch((error: unknown) => this.options.onFault?.(error));
  }

  /** How far the log is sealed now. */
  async standing(): Promise<SealStanding> {
    const last = await latestCheckpoint(this.options.pool);
    const at = last?.position ?? START;
    const head = await this.options.store.logHead();
    const behind = head > at ? Number(BigInt(head) - BigInt(at)) : 0;
    return { size: last?.size ?? 0, position: at, behind, ...(this.fault !== undefined && { fault: this.fault }) };
  }

  private async sealing(): Promise<void> {
    const { intervalMs = 1_000 } = this.options;
    for (;;) {
      const isLast = this.isStopped;
      let isMore = false;
      try {
        isMore = await this.step();
        this.fault = undefined;
      } catch (error) {
        this.tree = undefined;
        this.tell(error);
      }
      if (isLast) return;
      if (!isMore) await this.wake.after(intervalMs);
    }
  }

  /** Seals what is in the log, or a page of it where the store reads by pages; true where the log has more. */
  private async step(): Promise<boolean> {
    const { store } = this.options;
    const lease = await this.leader();
    if (!lease) return false;
    const tree = (this.tree ??= await openSealedTree(this.options, lease.position));
    if (!store.scan) return this.sealPage(tree, lease);
    for await (const events of store.scan(tree.readTo)) {
      if ((await this.leader())?.epoch !== lease.epoch) return true;
      await this.sealAll(tree, lease, events);
    }
    return false;
  }

  private async sealPage(tree: SealedTree, lease: PositionLease): Promise<boolean> {
    const { events, next, atHead } = await this.options.store.readAll({ after: tree.readTo, max: this.batchSize });
    await this.sealAll(tree, lease, events);
    tree.readTo = next;
    return !atHead;
  }

  private async sealAll(tree: SealedTree, lease: PositionLease, events: readonly RecordedEvent[]): Promise<void> {
    for (let from = 0; from < events.length; from += this.batchSize) {
      await this.seal(tree, lease, events.slice(from, from + this.batchSize));
    }
  }

  private get batchSize(): number {
    return this.options.batchSize ?? 2_000;
  }

  private async leader(): Promise<PositionLease | undefined> {
    const { service, leaseMs = 10_000 } = this.options;
    const now = performance.now();
    if (this.lease && now - this.claimedAt < leaseMs / 3) return this.lease;
    const [held] = await this.leases.claim(CONSUMER, `log:${service}`, [ONLY], { leaseMs });
    if (held?.epoch !== this.lease?.epoch) this.tree = undefined;
    this.claimedAt = now;
    return (this.lease = held);
  }

  private async seal(tree: SealedTree, { epoch }: PositionLease, events: readonly RecordedEvent[]): Promise<void> {
    const { service, pool, signer, onSealed } = this.options;
    const fault = await this.heads.firstFault(events);
    if (fault) throw new SealBroken(sentenceOf(fault));
    const first = tree.growing.size;
    tree.growing.append(events.map(eventLeafHash));
    const to = events.at(-1)!.position;
    const said: Checkpoint = { origin: signer.verifier.name, size: tree.growing.size, root: tree.growing.root() };
    const root = Buffer.from(said.root);
    const sealed = {
      size: said.size,
      position: to,
      root,
      key: signer.verifier.text,
      note: signNote(checkpointText(said), signer),
    };
    const moves = [{ partition: ONLY, epoch, from: tree.position, to }];
    await inTransaction(pool, async (connection) => {
      await moveCheckpoint(connection, { consumer: CONSUMER, topic: `log:${service}`, moves });
      await writeSeal(connection, first, events, tree.growing.takeChanged(), sealed);
    });
    tree.position = tree.readTo = to;
    onSealed?.({ ...sealed, sealedAt: Date.now() });
  }

  private tell(error: unknown): void {
    this.claimedAt = -Infinity;
    const isKnown = error instanceof SealBroken && this.fault === error.message;
    if (error instanceof SealBroken) this.fault = error.message;
    if (!isKnown) this.options.onFault?.(error);
  }
}

function sentenceOf({ stream, revision, position, what }: ChainFault): string {
  return `${stream} revision ${revision} at ${position}: ${what}`;
}
