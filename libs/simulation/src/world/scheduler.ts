import { EventStoreError } from '@tallystick/decider';
import type { Calls } from '../memory/calls';
import type { Random } from './random';

interface Waiting {
  readonly process: SimulatedProcess;
  go(): void;
}

/** Calls that change nothing: an answer that is lost means nothing for them. */
const READS: ReadonlySet<string> = new Set(['read', 'fetch', 'positions']);

/**
 * Every call of every port waits here, before its effect and sometimes before its answer, until it is chosen. So each
 * await on a port is a place where others go on first, the process dies, or the answer is lost.
 */
export class Scheduler {
  private waiting: Waiting[] = [];
  /** Whether calls may fail now. */
  isFaulty = true;

  constructor(private readonly random: Random) {}

  get isIdle(): boolean {
    return this.waiting.length === 0;
  }

  /** Lets one of those that wait go on. */
  step(): void {
    const index = this.random.between(0, this.waiting.length - 1);
    const [chosen] = this.waiting.splice(index, 1);
    chosen!.go();
  }

  /** Resolves when it is this call's turn; never, once its process is dead. */
  turn(process: SimulatedProcess): Promise<void> {
    return new Promise((go) => {
      if (process.isAlive) this.waiting.push({ process, go });
    });
  }

  forget(process: SimulatedProcess): void {
    this.waiting = this.waiting.filter((one) => one.process !== process);
  }

  /** What goes wrong with a call: its request is lost, its answer, or nothing. */
  fault(what: string): 'request' | 'answer' | undefined {
    if (!this.isFaulty || !this.random.oneIn(READS.has(what) ? 60 : 25)) return undefined;
    return READS.has(what) || this.random.oneIn(2) ? 'request' : 'answer';
  }

  /** Whether an answer is on its way for a while. */
  isSlow(): boolean {
    return this.random.oneIn(3);
  }
}

/** One process: what it remembers lives until it is killed; what it has asked for is then never answered to it. */
export class SimulatedProcess implements Calls {
  isAlive = true;
  /** Resolves when it is killed. */
  readonly death: Promise<void>;
  private die = (): void => undefined;

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
  ) {
    this.death = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  async call<Answer>(what: string, effect: () => Answer): Promise<Answer> {
    await this.scheduler.turn(this);
    const fault = this.scheduler.fault(what);
    if (fault === 'request') throw new EventStoreError('unavailable', `the request of ${what} is lost`);
    const answer = effect();
    if (this.scheduler.isSlow()) await this.scheduler.turn(this);
    if (fault === 'answer') throw new EventStoreError('unknown', `the answer of ${what} is lost`);
    return answer;
  }

  kill(): void {
    this.isAlive = false;
    this.scheduler.forget(this);
    this.die();
  }
}
