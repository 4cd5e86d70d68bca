import { consistencyRanges } from '@tallystick/proof';
import type { Pool } from '@tallystick/postgres';
import { keepCosignatures, latestCheckpoint, loadHashes, type StoredCheckpoint } from './sealed-tables';
import { SealBroken } from './sealed-tree';
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

/**
 * Brings the newest checkpoint to every witness and keeps the cosignatures. A witness that is away holds nothing up: the
 * next checkpoint that it sees covers all before it.
 */
export class Cosigning {
  /** Size that each witness cosigned last, as far as it is known. */
  private readonly sizes = new Map<Witness, number>();
  private readonly wake = new Wake();
  private offered: StoredCheckpoint | undefined;
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: CosigningOptions) {}

  start(): void {
    this.running = this.loop();
  }

  /** The newest checkpoint, to be cosigned with the next round. */
  offer(checkpoint: StoredCheckpoint): void {
    this.offered = checkpoint;
  }

  /** Brings what was offered last to the witnesses, then ends. */
  async close(): Promise<void> {
    this.isStopped = true;
    this.wake.now();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { pool, witnesses, intervalMs = 1_000, onFault } = this.options;
    this.offered ??= await latestCheckpoint(pool).catch(() => undefined);
    for (;;) {
      const isLast = this.isStopped;
      const checkpoint = this.offered;
      this.offered = undefined;
      if (checkpoint) {
        const asked = witnesses.map((witness) => this.ask(witness, checkpoint));
        for (const answer of await Promise.allSettled(asked)) {
          if (answer.status === 'rejected') onFault?.(answer.reason);
        }
        if (asked.length > 0 && this.sizes.size < witnesses.length) this.offered ??= checkpoint;
      }
      if (isLast) return;
      await this.wake.after(intervalMs);
    }
  }

  private async ask(witness: Witness, checkpoint: StoredCheckpoint): Promise<void> {
    const { pool, onCosigned } = this.options;
    const { size, note } = checkpoint;
    for (let tries = 0; tries < 2; tries++) {
      const old = this.sizes.get(witness) ?? 0;
      const proof = await loadHashes(pool, consistencyRanges(old, size));
      const answer = await submitCheckpoint(witness, old, proof, note);
      if (answer.kind === 'stands-at') {
        this.sizes.set(witness, answer.size);
        if (answer.size > size) {
          throw new SealBroken(`${witness.key.name} has cosigned ${answer.size} leaves, the log has ${size}`);
        }
        continue;
      }
      this.sizes.set(witness, size);
      await keepCosignatures(pool, size, answer.lines);
      onCosigned?.({ ...checkpoint, note: note + answer.lines });
      return;
    }
  }
}
