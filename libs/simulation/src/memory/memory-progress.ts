import { type Checkpoint, type CheckpointMove, type Position, START } from '@tallystick/decider';
import { type HeldPartition, type ProgressKeeper } from '@tallystick/messaging';
import { AT_ONCE, type Calls } from './calls';
import { PARTITIONS } from './partitions';

type NewDeadLetter = Parameters<ProgressKeeper['settle']>[1][number];

interface Standing {
  epoch: number;
  position: Position;
}

/** Told to a member whose partition another has taken over, with the code by which Postgres says so. */
export class CheckpointLost extends Error {
  readonly code = 'TS001';

  constructor(place: string) {
    super(`${place} is held by another member`);
    this.name = 'CheckpointLost';
  }
}

/** Positions and dead letters of consumers as a database keeps them; the epoch fences who held a partition before. */
export class MemoryProgress {
  readonly letters: NewDeadLetter[] = [];
  private readonly standings = new Map<string, Standing[]>();

  /** Gives a partition to a new holder. */
  claim(consumer: string, topic: string, partition: number): Standing {
    const standing = this.at(consumer, topic, partition);
    standing.epoch += 1;
    return { ...standing };
  }

  standing(consumer: string, topic: string, partition: number): Readonly<Standing> {
    return this.at(consumer, topic, partition);
  }

  /** Moves all or none; answers false where one is not where its move begins, or held by another. */
  move(checkpoints: readonly Checkpoint[]): boolean {
    const steps = checkpoints.flatMap(({ consumer, topic, moves }) =>
      moves.map((move) => ({ move, standing: this.at(consumer, topic, move.partition) })),
    );
    const fits = steps.every(({ move, standing }) => standing.epoch === move.epoch && standing.position === move.from);
    if (fits) for (const { move, standing } of steps) standing.position = move.to;
    return fits;
  }

  /** Moves positions and keeps dead letters, all or nothing. Throws {@link CheckpointLost}. */
  settle(checkpoint: Checkpoint, letters: readonly NewDeadLetter[]): void {
    if (!this.move([checkpoint])) throw new CheckpointLost(`${checkpoint.consumer} on ${checkpoint.topic}`);
    this.letters.push(...letters);
  }

  private at(consumer: string, topic: string, partition: number): Standing {
    const key = `${consumer} ${topic}`;
    let partitions = this.standings.get(key);
    if (!partitions) {
      partitions = Array.from({ length: PARTITIONS }, () => ({ epoch: 0, position: START }));
      this.standings.set(key, partitions);
    }
    return partitions[partition]!;
  }
}

export interface MemoryKeeperOptions {
  readonly consumer: string;
  readonly topic: string;
  readonly progress: MemoryProgress;
  readonly calls?: Calls;
  /** True where positions and effects are in one database. */
  readonly movesWithEffects: boolean;
}

/** The partitions of one member of a consumer: it takes all of them over once, and keeps them until another does. */
export class MemoryKeeper implements ProgressKeeper {
  readonly heldMs = Number.MAX_SAFE_INTEGER;
  private claimed: ReadonlyMap<number, HeldPartition> | undefined;

  constructor(private readonly options: MemoryKeeperOptions) {}

  get consumer(): string {
    return this.options.consumer;
  }

  get topic(): string {
    return this.options.topic;
  }

  get movesWithEffects(): boolean {
    return this.options.movesWithEffects;
  }

  renew(isAfresh = false): Promise<readonly HeldPartition[]> {
    return this.call('renew', () => {
      const claimed = (this.claimed ??= this.claimAll());
      return [...claimed.values()].flatMap((held) => {
        const { epoch, position } = this.standing(held.partition);
        return epoch === held.epoch ? [isAfresh ? { ...held, position } : held] : [];
      });
    });
  }

  positions(): Promise<ReadonlyMap<number, Position>> {
    return this.call(
      'positions',
      () => new Map(PLACES.map((partition) => [partition, this.standing(partition).position])),
    );
  }

  settle(moves: readonly CheckpointMove[], letters: readonly NewDeadLetter[]): Promise<void> {
    const { consumer, topic, progress } = this.options;
    return this.call('settle', () => progress.settle({ consumer, topic, moves }, letters));
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  private standing(partition: number): Readonly<Standing> {
    return this.options.progress.standing(this.consumer, this.topic, partition);
  }

  private claimAll(): ReadonlyMap<number, HeldPartition> {
    const { consumer, topic, progress } = this.options;
    return new Map(
      PLACES.map((partition) => {
        const { epoch, position } = progress.claim(consumer, topic, partition);
        return [partition, { partition, epoch, term: epoch, position }];
      }),
    );
  }

  private call<Answer>(what: string, effect: () => Answer): Promise<Answer> {
    return (this.options.calls ?? AT_ONCE).call(what, effect);
  }
}

const PLACES: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);
