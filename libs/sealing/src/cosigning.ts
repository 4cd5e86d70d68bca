import { consistencyRanges } from '@tallystick/proof';
import type { Pool } from '@tallystick/postgres';
import { keepCosignatures, latestCheckpoint, loadHashes, type StoredCheckpoint } from './sealed-tables';
import { submitCheckpoint, type Witness } from './witness-client';
import { Wake } from './wake';

/** Who cosigns, and who hears of it. */
export interface CosigningOptions {
  readonly pool: Pool;
  readonly witnesses: readonly Witness[];
  /** Pause between two rounds, in ms; default 1,000. Checkpoints between them are covered by the later ones. */
  readonly intervalMs?: number;
  /** Hears of a checkpoint with a witness's signature behind its note. */
  readonly onCosigned?: (checkpoint: StoredCheckpoint) => void;
  readonly onFault?: (error: unknown) => void;
}

/** A witness has cosigned another history than the one that the log tells now: one of the two was changed. */
export class ForkFound extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForkFound';
  }
}

/** How far the witnesses are with the newest checkpoint that they were offered. */
export interface CosigningStanding {
  readonly witnesses: number;
  /** Witnesses that have cosigned the newest checkpoint. */
  readonly cosigned: number;
  /** What each witness says that has cosigned another history; empty unless somebody changed a log. */
  readonly forks: readonly string[];
}

/** What is known of one witness. */
interface Seen {
  /** The size that it cosigned last, for whomever. */
  size: number;
  /** The newest checkpoint that it cosigned for this process. */
  cosigned: number;
  fork?: string;
  /** Why it did not cosign the last time: told once, however long it stays so. */
  fault?: string;
}

/**
 * Brings the newest checkpoint to every witness and keeps the cosignatures. A witness that is away holds nothing up: it is
 * asked again until it has cosigned, whether or not the log grows meanwhile. One that has cosigned another history is
 * told once as {@link ForkFound} and stays in the standing until it cosigns again.
 */
export class Cosigning {
  private readonly seen: ReadonlyMap<Witness, Seen>;
  private readonly wake = new Wake();
  private offered: StoredCheckpoint | undefined;
  private newest = 0;
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: CosigningOptions) {
    this.seen = new Map(options.witnesses.map((witness) => [witness, { size: 0, cosigned: 0 }]));
  }

  start(): void {
    this.running = this.loop();
  }

  /** The newest checkpoint, to be cosigned with the next round. */
  offer(checkpoint: StoredCheckpoint): void {
    this.offered = checkpoint;
    this.newest = checkpoint.size;
  }

  standing(): CosigningStanding {
    const all = [...this.seen.values()];
    return {
      witnesses: all.length,
      cosigned: all.filter(({ cosigned }) => cosigned >= this.newest).length,
      forks: all.flatMap(({ fork }) => fork ?? []),
    };
  }

  /** Brings what was offered last to the witnesses, then ends. */
  async close(): Promise<void> {
    this.isStopped = true;
    this.wake.now();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { pool, intervalMs = 1_000 } = this.options;
    const latest = await latestCheckpoint(pool).catch(() => undefined);
    if (latest && !this.offered) this.offer(latest);
    for (;;) {
      const isLast = this.isStopped;
      const checkpoint = this.offered;
      this.offered = undefined;
      if (checkpoint) await this.round(checkpoint);
      if (isLast) return;
      await this.wake.after(intervalMs);
    }
  }

  private async round(checkpoint: StoredCheckpoint): Promise<void> {
    const open = [...this.seen].filter(([, { cosigned }]) => cosigned < checkpoint.size);
    await Promise.all(
      open.map(([witness, seen]) =>
        this.ask(witness, seen, checkpoint).catch((error: unknown) => this.tell(seen, error)),
      ),
    );
    // One that has seen another history is asked again when there is something new to ask.
    const isOpen = open.some(([, { cosigned, fork }]) => fork === undefined && cosigned < checkpoint.size);
    if (isOpen) this.offered ??= checkpoint;
  }

  private tell(seen: Seen, error: unknown): void {
    const fault = String(error);
    if (seen.fault !== fault) this.options.onFault?.(error);
    seen.fault = fault;
  }

  private async ask(witness: Witness, seen: Seen, checkpoint: StoredCheckpoint): Promise<void> {
    const { pool, onCosigned } = this.options;
    const { size, note } = checkpoint;
    for (let tries = 0; tries < 2; tries++) {
      const proof = await loadHashes(pool, consistencyRanges(seen.size, size));
      const answer = await submitCheckpoint(witness, seen.size, proof, note);
      if (answer.kind === 'forked')
        forked(witness, seen, `a history of ${seen.size} leaves that this log does not begin with`);
      if (answer.kind === 'stands-at') {
        seen.size = answer.size;
        if (answer.size <= size) continue;
        // Another process may have offered a newer checkpoint of the same log.
        const latest = await latestCheckpoint(pool);
        if (latest && latest.size >= answer.size) return this.offer(latest);
        forked(witness, seen, `${answer.size} leaves, and the log has ${latest?.size ?? 0}`);
      }
      Object.assign(seen, { size, cosigned: size, fork: undefined, fault: undefined });
      await keepCosignatures(pool, size, answer.lines);
      onCosigned?.({ ...checkpoint, note: note + answer.lines });
      return;
    }
  }
}

function forked({ key }: Witness, seen: Seen, what: string): never {
  seen.fork = `${key.name} has cosigned ${what}`;
  throw new ForkFound(seen.fork);
}
