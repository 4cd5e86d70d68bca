import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Publisher } from '@tallystick/messaging';
import { readVerifierKey } from '@tallystick/proof';
import { createPool } from '@tallystick/postgres';
import {
  CheckpointFile,
  CheckpointTopic,
  Cosigning,
  ForkFound,
  readWitness,
  SealBroken,
  Sealer,
  type StoredCheckpoint,
} from '@tallystick/sealing';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/umd/node-adapter';
import { logSigner } from './log-signer';
import type { SealedStanding } from './sealing';
import { listOf, type Settings } from './settings';
import { type LogPlace, openLogForReading } from './stores';

/** A log that is to be sealed: everything that another thread needs to find it. */
export interface SealedLog extends LogPlace {
  /** Of the service's database, under its own role. */
  readonly url: string;
}

/** A step that failed. */
export interface SealingFault {
  readonly service: string;
  readonly error: Error;
  /**
   * `broken`: the log is not what it was, and nothing is sealed until that is cleared up; `forked`: a witness has cosigned
   * another history; `passing`: it will be tried again.
   */
  readonly kind: 'broken' | 'forked' | 'passing';
}

interface Running {
  standing(): Promise<SealedStanding>;
  close(): Promise<void>;
}

/**
 * What a process asks of its sealing thread. Hashing, signing and reading what was written back happen there, so they take
 * no time from the thread that decides.
 */
export class SealingThread {
  private readonly running = new Map<string, Running>();
  private onFault: (fault: SealingFault) => void = () => undefined;

  constructor(private readonly settings: Settings) {}

  /** Every fault of every log from now on, for the main thread to log. */
  tellFaults(onFault: (fault: SealingFault) => void): void {
    this.onFault = onFault;
  }

  /** `publish` writes to the topic of checkpoints; absent where there is none. */
  async seal(log: SealedLog, publish?: Publisher['publish']): Promise<void> {
    this.running.set(log.name, await this.start(log, publish && { publish }));
  }

  /** How far a log is sealed now. */
  async standing(service: string): Promise<SealedStanding> {
    return this.of(service).standing();
  }

  /** Seals and publishes what is in the log by now, and gives the log to another sealer. */
  async close(service: string): Promise<void> {
    const running = this.of(service);
    this.running.delete(service);
    await running.close();
  }

  private of(service: string): Running {
    const running = this.running.get(service);
    if (!running) throw new Error(`${service} is not sealed here`);
    return running;
  }

  private async start(log: SealedLog, publisher: Pick<Publisher, 'publish'> | undefined): Promise<Running> {
    const { name: service, url } = log;
    const { settings } = this;
    const onFault = (error: unknown): void => this.fault(service, error);
    const searchPath = service;
    const pool = createPool(url, {
      // One reads, one writes, one is for the checkpoints' ways out.
      max: 3,
      applicationName: `tallystick-${service}-sealer`,
      searchPath,
      onIdleFault: onFault,
    });
    const store = await openLogForReading(log, settings, pool);
    const publish = publication(service, settings, onFault);
    const witnesses = listOf(settings['TALLY_WITNESSES']).map(readWitness);
    const cosigning = new Cosigning({ pool, witnesses, onCosigned: publish, onFault });
    const signer = logSigner(service, settings);
    const origin = signer.verifier.name;
    const topic = publisher && new CheckpointTopic({ service, origin, pool, publisher, onFault });
    const sealer = new Sealer({
      service,
      store,
      pool,
      signer,
      formerKeys: listOf(settings['TALLY_FORMER_SEAL_KEYS']).map(readVerifierKey),
      onSealed: (checkpoint) => {
        publish(checkpoint);
        cosigning.offer(checkpoint);
        topic?.offer();
      },
      onFault,
    });
    sealer.start();
    cosigning.start();
    topic?.start();
    return {
      standing: async () => {
        const standing = await sealer.standing();
        return witnesses.length > 0 ? { ...standing, witnesses: cosigning.standing() } : standing;
      },
      close: async () => {
        await sealer.close();
        await cosigning.close();
        await topic?.close();
        await store.close();
        await pool.end();
      },
    };
  }

  private fault(service: string, fault: unknown): void {
    const error = fault instanceof Error ? fault : new Error(String(fault));
    const kind = fault instanceof SealBroken ? 'broken' : fault instanceof ForkFound ? 'forked' : 'passing';
    this.onFault({ service, error, kind });
  }
}

function publication(
  service: string,
  settings: Settings,
  onFault: (error: unknown) => void,
): (checkpoint: StoredCheckpoint) => void {
  const folder = settings['TALLY_DATA'];
  if (!folder) return () => undefined;
  const file = new CheckpointFile(join(folder, 'checkpoints'), service);
  return (checkpoint) => {
    try {
      file.append(checkpoint);
    } catch (error) {
      onFault(error);
    }
  };
}

if (parentPort) expose(new SealingThread(workerData as Settings), nodeEndpoint(parentPort));
