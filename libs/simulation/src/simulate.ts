import type { RecordedEvent } from '@tallystick/decider';
import { accountDecider } from '@tallystick/ledger-domain';
import { type Coverage, coverageOf } from './checks/coverage';
import { violationsOf } from './checks/violations';
import { PARTITIONS } from './memory/partitions';
import { Disk, type Parts, PARTS, SERVICES } from './suite/disk';
import { START, STORES, UNITS } from './suite/program';
import { publishedRuleSets } from './suite/rule-sets';
import { Suite } from './suite/suite';
import { Callers } from './work/callers';
import { type Plan, planOf } from './work/plan';
import { type Work, workOf, type WorkSource } from './work/work';
import { Random } from './world/random';
import { Scheduler, SimulatedProcess } from './world/scheduler';
import { SimulatedTime } from './world/simulated-time';

/** More than any sound run needs: whoever is not done by then never will be. */
const MAX_STEPS = 10_000;
const EVENTS_A_SNAPSHOT = 3;
/** Later than every hold and every lot of a spender lasts. */
const LAST_TICK: Work = { kind: 'tick', ms: 180_000, isDay: true };

/** What a check found wrong. */
export interface Violation {
  /** The check that found it. */
  readonly check: string;
  readonly what: string;
  readonly stream?: string;
}

/** What one seed came to. */
export interface SimulatedRun {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly crashes: number;
  readonly events: number;
  /** How much of what there was to meet. */
  readonly coverage: Coverage;
  /** SHA-256 over every log, hex: a seed always gives the same. */
  readonly digest: string;
  /** The last events of the streams that a violation names, for people. */
  readonly last: Readonly<Record<string, readonly string[]>>;
}

export interface SimulateOptions {
  /** What the suite is built of; a planted bug brings its own. */
  readonly parts?: Partial<Parts>;
  /** Sources of work beside purchases and their returns, instead of those that the seed draws. */
  readonly sources?: readonly WorkSource[];
}

/** A world while it runs. */
export interface World {
  readonly disk: Disk;
  readonly suite: Suite;
  readonly callers: Callers;
  readonly plan: Plan;
  readonly work: readonly Work[];
  /** False where it was not done when its steps were used up. */
  readonly isDrained: boolean;
}

/**
 * Runs the services' own code through one seed: work in a random order, calls that are delayed, lost or answered twice,
 * processes that die between any two awaits; then, without faults, until nothing is left to do. All time and chance come
 * of the seed. Answers what the checks found; a run of sound code finds nothing.
 */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<SimulatedRun> {
  // Inside a seed nobody else gets a turn.
  await new Promise((resolve) => setImmediate(resolve));
  const ruleSets = await publishedRuleSets();
  const random = new Random(seed);
  const time = new SimulatedTime(START, random);
  const asBefore = snapshotsOften();
  try {
    const run = new Run(planOf(seed, random), random, time, options);
    await run.toTheEnd(ruleSets);
    return { seed, steps: run.steps, crashes: run.crashes, coverage: coverageOf(run), ...violationsOf(run) };
  } finally {
    asBefore();
    time.end();
  }
}

/** Streams are short here: a snapshot every few events, or none would ever be read. Answers how to undo it. */
function snapshotsOften(): () => void {
  const codec = accountDecider.snapshot as { every?: number };
  const { every } = codec;
  codec.every = EVENTS_A_SNAPSHOT;
  return () => {
    codec.every = every;
  };
}

class Run implements World {
  readonly disk: Disk;
  readonly suite: Suite;
  readonly callers: Callers;
  readonly work: readonly Work[];
  steps = 0;
  crashes = 0;
  isDrained = false;
  private readonly scheduler: Scheduler;
  private readonly open: Work[];

  constructor(
    readonly plan: Plan,
    private readonly random: Random,
    readonly time: SimulatedTime,
    { parts, sources }: SimulateOptions,
  ) {
    this.scheduler = new Scheduler(random);
    this.disk = new Disk({ ...PARTS, ...parts }, () => time.now, random.oneIn(2));
    for (const node of [...UNITS, ...STORES.slice(plan.lateStores)]) this.disk.rows.declare(node);
    this.suite = new Suite(this.disk, this.scheduler, time, random, plan.hasSpending);
    this.callers = new Callers(this.suite, time, new SimulatedProcess('till', this.scheduler));
    this.work = workOf(random, plan, sources);
    this.open = [...this.work];
  }

  async toTheEnd(ruleSets: readonly RecordedEvent[]): Promise<void> {
    if (!this.plan.isLong) this.keep(ruleSets);
    for (const service of SERVICES) this.suite.start(service);
    if (this.plan.isLong) {
      this.callers.begin();
      await this.until(() => this.scheduler.isIdle && this.callers.isAnswered);
    }
    while (this.open.length > 0 && this.steps < MAX_STEPS) await this.storm();
    this.scheduler.isFaulty = false;
    await this.until(() => this.isSettled());
    if (this.plan.hasSpending) {
      this.callers.take(LAST_TICK);
      await this.until(() => this.isSettled());
    }
    this.isDrained = this.isSettled();
    for (const { loops } of this.suite.running.values()) for (const loop of loops) void loop.stop();
    this.disk.bus.close();
  }

  /** The office has published its rule sets before the world begins. */
  private keep(ruleSets: readonly RecordedEvent[]): void {
    const { rows, services } = this.disk;
    for (const event of ruleSets) {
      const { stream, revision } = event;
      services.campaigns.log.appendMany([
        { stream, expected: revision === 0 ? 'none' : revision - 1, events: [event] },
      ]);
      rows.version += 1;
    }
  }

  private async until(isDone: () => boolean): Promise<void> {
    await this.time.quiet();
    while (!isDone() && this.steps < MAX_STEPS) await this.goOn();
  }

  /** Something happens: more work, a death, or what was waiting goes on. */
  private async storm(): Promise<void> {
    if (this.random.oneIn(this.plan.roundsADeath)) {
      this.crashes += 1;
      this.suite.start(this.random.pick(SERVICES));
      await this.time.quiet();
    }
    if (this.random.oneIn(8)) {
      this.callers.take(this.open.pop()!);
      await this.time.quiet();
    } else await this.goOn();
  }

  private async goOn(): Promise<void> {
    this.steps += 1;
    if (this.scheduler.isIdle || this.random.oneIn(30)) this.time.next();
    else this.scheduler.step();
    await this.time.quiet();
  }

  /** True where everybody is answered, all is published, and every consumer has settled its topics. */
  private isSettled(): boolean {
    if (!this.scheduler.isIdle || !this.callers.isAnswered) return false;
    const { bus, services } = this.disk;
    return SERVICES.every((service) => {
      const { log, relayed, progress } = services[service];
      if ((relayed ?? '') < log.logHead() && log.events.length > 0) return false;
      return this.suite.topicsOf(service).every((topic) => {
        for (let partition = 0; partition < PARTITIONS; partition++) {
          if (progress.standing(service, topic, partition).position < bus.head(topic, partition)) return false;
        }
        return true;
      });
    });
  }
}
