import type { Checkpoint, CheckpointMove, Position } from '@tallystick/decider';
import type { Outcome } from '../bus';
import { deadLetterOf, type NewDeadLetter, type Reason } from '../dead-letters/dead-letter';
import type { ProgressKeeper } from './keeper';
import type { Entry, Lane } from './lane';
import type { LaneSet } from './lane-set';
import type { DeliveryObserver } from './observer';
import { backoffMs } from './signal';

/** Positions over stretches without records are written when they have stood still for so long … */
const STILL_MS = 500;
/** … and while they move this often … */
const FLUSH_MS = 5_000;
/** … or when they have come this far. */
const FLUSH_POSITIONS = 20_000n;

export interface SettlementOptions {
  readonly keeper: ProgressKeeper;
  /** Default for a `retry` that names no limit; `undefined` = for ever. */
  readonly giveUpAfterMs?: number;
  readonly now: () => number;
  readonly observer?: DeliveryObserver;
}

/** What becomes of delivered records: who waits, who is given up, and how far positions move. */
export class Settlement {
  /** Written with the next move, so that no position passes a record whose dead letter is not there. */
  private unwritten: NewDeadLetter[] = [];
  private flushedAt = -Infinity;
  private front: Position | undefined;
  private movedAt = -Infinity;

  constructor(
    private readonly lanes: LaneSet,
    private readonly options: SettlementOptions,
  ) {}

  /** The step that stands for a whole batch, where it is a contiguous stretch of every partition in it. */
  checkpointOf(entries: readonly Entry[]): Checkpoint | undefined {
    const { consumer, topic, movesWithEffects } = this.options.keeper;
    if (!movesWithEffects) return undefined;
    const last = new Map<Lane, Entry>();
    for (const entry of entries) {
      if (entry.arrival.refused) return undefined;
      last.set(entry.lane, entry);
    }
    const moves: CheckpointMove[] = [];
    for (const [lane, entry] of last) {
      const move = lane.isWaiting || !lane.endsAt(entry) ? undefined : lane.move(entry.arrival.position);
      if (!move) return undefined;
      moves.push(move);
    }
    return { consumer, topic, moves };
  }

  /** Takes a batch's outcomes; `moved` is the checkpoint that its handler has moved itself. */
  async conclude(entries: readonly Entry[], outcomes: ReadonlyMap<Entry, Outcome>, moved?: Checkpoint): Promise<void> {
    const letters = this.judge(entries, outcomes);
    const movedTo = new Map(moved?.moves.map((move) => [move.partition, move.to]));
    const lanes = new Set(entries.map(({ lane }) => lane));
    for (const lane of lanes) {
      const to = movedTo.get(lane.partition);
      if (to !== undefined) lane.stored = to;
      lane.advance();
    }
    this.unwritten.push(...letters);
    if (!moved || letters.length > 0) await this.write([...lanes].filter((lane) => this.lanes.isHeld(lane)));
  }

  /** Writes what waits to be written: dead letters at once, positions without records seldom enough to cost nothing. */
  async flush(all = false): Promise<void> {
    const now = performance.now();
    const isDue = all || this.isStill(now) || now - this.flushedAt >= FLUSH_MS;
    if (isDue) this.flushedAt = now;
    const lanes = [...this.lanes].filter(({ settled, stored }) => {
      return settled > stored && (isDue || BigInt(settled) - BigInt(stored) >= FLUSH_POSITIONS);
    });
    await this.write(lanes);
  }

  private isStill(now: number): boolean {
    let front: Position | undefined;
    for (const { settled } of this.lanes) if (front === undefined || settled > front) front = settled;
    if (front !== this.front) [this.front, this.movedAt] = [front, now];
    return now - this.movedAt >= STILL_MS;
  }

  /** Marks what is settled, lines up what waits; answers the dead letters. */
  private judge(entries: readonly Entry[], outcomes: ReadonlyMap<Entry, Outcome>): NewDeadLetter[] {
    const { keeper } = this.options;
    const letters: NewDeadLetter[] = [];
    const settled: Entry[] = [];
    for (const entry of entries) {
      const outcome = outcomes.get(entry);
      if (outcome && (entry.lane.isBehindWaiting(entry) || this.mustWait(entry, outcome))) {
        entry.lane.wait(entry, (attempts) => performance.now() + backoffMs(attempts));
        continue;
      }
      const reason = reasonOf(outcome) ?? entry.arrival.refused;
      if (reason) letters.push(deadLetterOf(keeper.consumer, keeper.topic, entry.arrival, reason));
      settled.push(entry);
    }
    for (const entry of settled) entry.lane.settle(entry);
    return letters;
  }

  /** Time counts from the first try: what lay on the topic while nobody heard it has not waited for anything yet. */
  private mustWait(entry: Entry, outcome: Outcome): boolean {
    if (outcome.kind !== 'retry') return false;
    const now = this.options.now();
    entry.waitsSince ??= now;
    const limit = outcome.giveUpAfterMs ?? this.options.giveUpAfterMs;
    return limit === undefined || now - entry.waitsSince < limit;
  }

  private async write(lanes: readonly Lane[]): Promise<void> {
    const steps = lanes.flatMap((lane) => {
      const move = lane.move();
      return move ? [{ lane, move }] : [];
    });
    const letters = this.unwritten;
    if (steps.length === 0 && letters.length === 0) return;
    await this.options.keeper.settle(
      steps.map(({ move }) => move),
      letters,
    );
    this.unwritten = [];
    for (const { lane, move } of steps) lane.stored = move.to;
    for (const letter of letters) this.options.observer?.deadLettered?.(letter);
  }
}

function reasonOf(outcome: Outcome | undefined): Reason | undefined {
  return outcome?.kind === 'refused' || outcome?.kind === 'retry' ? outcome : undefined;
}
