import { join } from 'node:path';
import type { EventStore } from '@tallystick/decider';
import { log, type Metrics } from '@tallystick/observability';
import { readVerifierKey, type SignerKey, signerOf } from '@tallystick/proof';
import {
  CheckpointFile,
  Cosigning,
  type CosigningStanding,
  ForkFound,
  readWitness,
  SealBroken,
  Sealer,
  type SealStanding,
  type StoredCheckpoint,
} from '@tallystick/sealing';
import type { OpenResources } from './resources';
import type { ServiceDefinition } from './service';
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

/** What of a log's store a sealer needs: nothing that writes. */
type ReadableLog = Pick<EventStore, 'readAll' | 'readStreams' | 'logHead'>;

/**
 * Seals the log of a service that has one, where the roles ask for it: checkpoints go to the table, to the data folder and to
 * the witnesses of `TALLY_WITNESSES`. A log that cannot be sealed is an error in the log and a figure, and takes no readiness away.
 */
export function startSealing(
  { name, kinds }: ServiceDefinition,
  { pool, store, roles, settings }: OpenResources & { readonly store: ReadableLog },
  metrics: Metrics,
): OpenSealing | undefined {
  if (!roles.has('sealer') || kinds.length === 0) return undefined;
  const onFault = faultOf(name);
  const publish = publication(name, settings, onFault);
  const witnesses = listOf(settings['TALLY_WITNESSES']).map(readWitness);
  const cosigning = new Cosigning({ pool, witnesses, onCosigned: publish, onFault });
  const sealer = new Sealer({
    service: name,
    store,
    pool,
    signer: logSigner(name, settings),
    formerKeys: listOf(settings['TALLY_FORMER_SEAL_KEYS']).map(readVerifierKey),
    onSealed: (checkpoint) => {
      publish(checkpoint);
      cosigning.offer(checkpoint);
    },
    onFault,
  });
  showStanding(sealer, metrics);
  if (witnesses.length > 0) showWitnesses(cosigning, metrics);
  sealer.start();
  cosigning.start();
  return {
    standing: async () => {
      const standing = await sealer.standing();
      return witnesses.length > 0 ? { ...standing, witnesses: cosigning.standing() } : standing;
    },
    close: async () => {
      await sealer.close();
      await cosigning.close();
    },
  };
}

/** Signs as the log of a service: `TALLY_SEAL_KEY` under the name `<TALLY_ORIGIN>/<service>`. */
export function logSigner(service: string, settings: Settings): SignerKey {
  const key = Buffer.from(settings['TALLY_SEAL_KEY'] ?? '', 'base64');
  return signerOf(`${settings['TALLY_ORIGIN']}/${service}`, 'note', key);
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

function faultOf(name: string): (error: unknown) => void {
  return (err) => {
    if (err instanceof SealBroken) {
      log().error({ name, err }, 'THE LOG CANNOT BE SEALED: it is not what it was, or does not hold what it says');
    } else if (err instanceof ForkFound) {
      log().error({ name, err }, 'A WITNESS HAS SEEN ANOTHER LOG: this one, or what the witness keeps, was changed');
    } else log().warn({ name, err }, 'a step of sealing failed and will be tried again');
  };
}

function showStanding(sealer: Sealer, metrics: Metrics): void {
  metrics.gauge('tally_seal_behind', 'Log positions that no checkpoint covers yet', [], async (gauge) => {
    gauge.set((await sealer.standing()).behind);
  });
  metrics.gauge('tally_seal_broken', '1 where the log cannot be sealed as it is', [], async (gauge) => {
    gauge.set((await sealer.standing()).fault === undefined ? 0 : 1);
  });
}

function showWitnesses(cosigning: Cosigning, metrics: Metrics): void {
  metrics.gauge('tally_witness_forks', 'Witnesses that have cosigned another history of the log', [], (gauge) => {
    gauge.set(cosigning.standing().forks.length);
  });
  metrics.gauge('tally_witness_behind', 'Witnesses that have not cosigned the newest checkpoint', [], (gauge) => {
    const { witnesses, cosigned } = cosigning.standing();
    gauge.set(witnesses - cosigned);
  });
}
