import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PurchasePaid } from '@tallystick/contracts';
import { createPool } from '@tallystick/postgres';
import { type SignerKey, signerOf } from '@tallystick/proof';
import { latestCheckpoint } from '@tallystick/sealing';
import {
  applyChanges,
  changesOf,
  connect,
  readProgramFile,
  SERVICES,
  startSuite,
  type SuiteConnection,
  waitUntilSettled,
} from '@tallystick/standalone';
import { addDays, formatDate, type Instant, utcDate } from '@tallystick/vocabulary';
import { serveWitness } from '@tallystick/witness';
import { workspaceRoot } from '../commands/workspace';

/** A database with sealed and cosigned logs that nobody is connected to, and what its thief and its auditor have. */
export interface Scratch {
  readonly services: readonly string[];
  /** Those whose log has something to alter. */
  readonly altered: readonly string[];
  /** The key of each log: what a thief of the data folder gets. */
  readonly signers: ReadonlyMap<string, SignerKey>;
  /** Verifier keys that the auditor was given, and the files of the witness. */
  readonly logKeys: readonly string[];
  readonly witnessKey?: string;
  readonly notes: readonly string[];
}

/** How much there is to alter: purchases of a round, and rounds with a checkpoint after each. */
export interface ScratchSize {
  readonly rounds: number;
  readonly purchases: number;
}

const ORIGIN = 'drill.tallystick.local';
const MEMBERS = 5;
const SETTLE_MS = 60_000;

/** Runs a suite with a witness on the database, lets it record and seal purchases of the demo program, and stops both. */
export async function makeScratch(databaseUrl: string, folder: string, size: ScratchSize): Promise<Scratch> {
  const seed = randomBytes(32);
  const services = SERVICES.filter(({ kinds }) => kinds.length > 0).map(({ name }) => name);
  const signers = new Map(services.map((name) => [name, signerOf(`${ORIGIN}/${name}`, 'note', seed)]));
  const logKeys = [...signers.values()].map(({ verifier }) => verifier.text);
  const notesFolder = join(folder, 'witness');
  const witness = await serveWitness({ folder: notesFolder, name: 'witness.drill/w1', logKeys, port: 0 });
  let altered: readonly string[];
  try {
    const environment = {
      ...{ DATABASE_URL: databaseUrl, TALLY_LOG_LEVEL: 'silent', TALLY_ORIGIN: ORIGIN },
      ...{ TALLY_SEAL_KEY: seed.toString('base64'), TALLY_WITNESSES: `${witness.url} ${witness.key}` },
    };
    const suite = await startSuite({ dataDir: join(folder, 'suite'), port: 0, environment });
    try {
      altered = await recordPurchases(join(folder, 'suite'), databaseUrl, services, size);
    } finally {
      await suite.stop();
    }
  } finally {
    await witness.close();
  }
  const notes = readdirSync(notesFolder).filter((name) => name.endsWith('.ndjson'));
  return {
    services,
    altered,
    signers,
    logKeys,
    witnessKey: witness.key,
    notes: notes.map((name) => join(notesFolder, name)),
  };
}

/** Fewer events can be neither swapped nor lose a tail. */
const LEAST_EVENTS = 4;

async function recordPurchases(
  dataDir: string,
  databaseUrl: string,
  services: readonly string[],
  { rounds, purchases }: ScratchSize,
): Promise<readonly string[]> {
  const connection = await connect({ dataDir, mayStart: false });
  try {
    const file = readProgramFile(join(workspaceRoot(), 'docs/examples/demo.yaml'), workspaceRoot());
    await applyChanges(file, await changesOf(file, connection.client), connection.client);
    const publisher = await connection.publisher();
    let sizes: ReadonlyMap<string, number> = new Map();
    for (let round = 0; round < rounds; round++) {
      const ids = Array.from({ length: purchases }, (_, i) => round * purchases + i);
      const records = ids.map((id) => {
        const purchase = purchaseOf(id);
        return { key: `drill-${id % MEMBERS}`, value: Buffer.from(JSON.stringify(purchase)) };
      });
      await publisher.publish('purchases.v1', records);
      sizes = await sealed(connection, databaseUrl, services);
    }
    return services.filter((service) => sizes.get(service)! >= LEAST_EVENTS);
  } finally {
    await connection.close();
  }
}

function purchaseOf(id: number): PurchasePaid {
  const yesterday = formatDate(addDays(utcDate(Date.now() as Instant), -1));
  const total = String(1_000 + id * 37);
  return {
    ...{ type: 'purchase-paid', version: 1, source: 'till-1', id: `drill-${id}`, occurredAt: `${yesterday}T10:00:00Z` },
    ...{ store: 'hz-001', member: { id: `drill-${id % MEMBERS}` }, currency: 'CNY', total },
    lines: [{ line: '1', sku: 'apple', quantity: '1', amount: total }],
    tenders: [{ kind: 'cash', amount: total }],
  };
}

/** Resolves with the size of every log when it is sealed to its head and the witness has cosigned that. */
async function sealed(
  connection: SuiteConnection,
  databaseUrl: string,
  services: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  await waitUntilSettled(connection.client, { timeoutMs: SETTLE_MS });
  const until = performance.now() + SETTLE_MS;
  for (const service of services) {
    const pool = createPool(databaseUrl, { max: 1, applicationName: 'drill', searchPath: service });
    try {
      const head = await (await connection.log(service)).logHead();
      for (;;) {
        const last = await latestCheckpoint(pool);
        // The clock of organization may have gone on since.
        if (last && last.position >= head && last.note.includes('\u2014 witness.drill/w1 ')) {
          sizes.set(service, last.size);
          break;
        }
        if (performance.now() > until) throw new Error(`the log of ${service} was not sealed and cosigned in time`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      await pool.end();
    }
  }
  return sizes;
}
