import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Publisher } from '@tallystick/messaging';
import { log, type Metrics } from '@tallystick/observability';
import type { CosigningStanding, SealStanding } from '@tallystick/sealing';
import { proxy, releaseProxy, type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/umd/node-adapter';
import { rolesOf } from './roles';
import type { SealedLog, SealingFault, SealingThread } from './sealing-thread';
import { listOf, type Settings } from './settings';

/** How far a log is sealed, and how far its witnesses are, where it has any. */
export interface SealedStanding extends SealStanding {
  readonly witnesses?: CosigningStanding;
}

/** The running seal of a service's log. */
export interface OpenSealing {
  standing(): Promise<SealedStanding>;
  /** Seals and publishes what is in the log by now, and gives the log to another sealer. */
  close(): Promise<void>;
}

/**
 * The thread that seals the logs of a process: checkpoints go to their tables, to the data folder, to the witnesses of
 * `TALLY_WITNESSES` and, on Kafka, to their topic. A log that cannot be sealed is an error in the log and a figure, and takes no readiness away; a thread
 * that ends by itself is a defect, and the process should be replaced.
 */
export class Sealing {
  /** Resolves with the reason when the thread has ended by itself. */
  readonly died: Promise<unknown>;
  private readonly worker: Worker;
  private readonly thread: Remote<SealingThread>;
  private isClosing = false;
  private end: unknown;

  private readonly isWitnessed: boolean;

  private constructor(settings: Settings) {
    this.isWitnessed = listOf(settings['TALLY_WITNESSES']).length > 0;
    this.worker = new Worker(`${__dirname}/sealing-thread${extname(__filename)}`, {
      workerData: settings,
      ...(extname(__filename) === '.ts' && { execArgv: ['-r', require.resolve('@swc-node/register')] }),
    });
    this.thread = wrap<SealingThread>(nodeEndpoint(this.worker));
    this.died = new Promise((resolve) => {
      const end = (why: unknown): void => {
        this.end ??= why;
        if (!this.isClosing) resolve(this.end);
      };
      this.worker.once('error', end);
      this.worker.once('exit', (code) => end(new Error(`the sealing thread has ended with ${code}`)));
    });
  }

  /** The thread, where the roles of the process ask for one. */
  static async open(settings: Settings): Promise<Sealing | undefined> {
    if (!rolesOf(settings).has('sealer')) return undefined;
    const sealing = new Sealing(settings);
    const died = sealing.died.then((why) => Promise.reject(why));
    await Promise.race([sealing.thread.tellFaults(proxy(tell)), died]);
    return sealing;
  }

  /**
   * Seals a log from now on; nothing where the service writes no events. `publisher` takes its checkpoints to their topic,
   * where there is one.
   */
  async start(sealed: SealedLog, metrics: Metrics, publisher: Publisher | undefined): Promise<OpenSealing | undefined> {
    if (sealed.kinds.length === 0) return undefined;
    const { name, kinds, url } = sealed;
    const publish = publisher && proxy<Publisher['publish']>((topic, records) => publisher.publish(topic, records));
    await this.thread.seal({ name, kinds, url }, publish);
    const open: OpenSealing = {
      standing: async () => this.alive().standing(name),
      close: async () => this.alive().close(name),
    };
    const standing = asked(open);
    showStanding(standing, metrics);
    if (this.isWitnessed) showWitnesses(standing, metrics);
    return open;
  }

  /** Ends the thread, whose logs were given back before. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.thread[releaseProxy]();
    await this.worker.terminate();
  }

  private alive(): Remote<SealingThread> {
    if (this.end !== undefined) throw this.end;
    return this.thread;
  }
}

const TOLD = {
  broken: 'THE LOG CANNOT BE SEALED: it is not what it was, or does not hold what it says',
  forked: 'A WITNESS HAS SEEN ANOTHER LOG: this one, or what the witness keeps, was changed',
  passing: 'a step of sealing failed and will be tried again',
};

function tell({ service: name, error: err, kind }: SealingFault): void {
  if (kind === 'passing') log().warn({ name, err }, TOLD.passing);
  else log().error({ name, err }, TOLD[kind]);
}

type Standing = () => Promise<SealedStanding>;

/** Asks the thread once for all who ask while it answers: every figure of a scrape wants the same. */
function asked(sealing: OpenSealing): Standing {
  let answer: Promise<SealedStanding> | undefined;
  return () => (answer ??= sealing.standing().finally(() => (answer = undefined)));
}

function showStanding(standing: Standing, metrics: Metrics): void {
  metrics.gauge('tally_seal_behind', 'Log positions that no checkpoint covers yet', [], async (gauge) => {
    gauge.set((await standing()).behind);
  });
  metrics.gauge('tally_seal_broken', '1 where the log cannot be sealed as it is', [], async (gauge) => {
    gauge.set((await standing()).fault === undefined ? 0 : 1);
  });
}

function showWitnesses(standing: Standing, metrics: Metrics): void {
  metrics.gauge('tally_witness_forks', 'Witnesses that have cosigned another history of the log', [], async (gauge) => {
    gauge.set((await standing()).witnesses?.forks.length ?? 0);
  });
  metrics.gauge('tally_witness_behind', 'Witnesses that have not cosigned the newest checkpoint', [], async (gauge) => {
    const { witnesses = 0, cosigned = 0 } = (await standing()).witnesses ?? {};
    gauge.set(witnesses - cosigned);
  });
}
