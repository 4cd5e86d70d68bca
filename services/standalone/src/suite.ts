import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { campaignsDefinition } from '@tallystick/campaigns';
import {
  audienceOf,
  type BootedServices,
  bootServices,
  type Environment,
  type Host,
  hostServices,
  listOf,
  type ServiceDefinition,
} from '@tallystick/hosting';
import { EVERY_PERMISSION, LocalIssuer } from '@tallystick/http';
import { insightsDefinition } from '@tallystick/insights';
import { ledgerDefinition } from '@tallystick/ledger';
import { membershipDefinition } from '@tallystick/membership';
import { organizationDefinition } from '@tallystick/organization';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tallystick/postgres';
import { settlementDefinition } from '@tallystick/settlement';
import type { RunningWitness } from '@tallystick/witness';
import { type BusAddress, removeRunFile, writeRunFile } from './client/run-file';
import { withWitness } from './own-witness';

/** Every service of the suite. Rewards and the console join here with their own issues. */
export const SERVICES: readonly ServiceDefinition[] = [
  organizationDefinition,
  membershipDefinition,
  campaignsDefinition,
  ledgerDefinition,
  settlementDefinition,
  insightsDefinition,
];

export interface SuiteOptions {
  /** Holds the embedded cluster, `run.json`, and local keys unless `TALLY_DATA` names the folder that replicas share. */
  readonly dataDir: string;
  /** 0 takes a free one; default `TALLY_PORT`. */
  readonly port?: number;
  readonly environment?: Environment;
  readonly profile?: 'durable' | 'test' | 'bench';
  /** A witness of its own in the same process, with its key in the data folder: to see one at work. Default: none. */
  readonly witness?: boolean;
  /** Hears what is going on, a line at a time. */
  readonly onLine?: (line: string) => void;
}

/** All services in one process on one port. */
export interface Suite {
  readonly address: string;
  readonly databaseUrl: string;
  readonly bus: BusAddress;
  /** Connection string of the EventStoreDB that holds the logs, where they are not in the database. */
  readonly eventStoreUrl?: string;
  readonly tenant: string;
  readonly program: string;
  readonly booted: BootedServices;
  readonly host: Host;
  readonly postgres?: EmbeddedPostgres;
  readonly witness?: RunningWitness;
  /** A fresh operator's token for every service; good for 15 minutes. */
  token(): Promise<string>;
  /** Drains and gives everything back; the embedded database stops last. */
  stop(): Promise<void>;
}

/** Starts the embedded database (unless `DATABASE_URL` names one), all services and their port, and writes `run.json`. */
export async function startSuite(options: SuiteOptions): Promise<Suite> {
  const { environment = process.env, onLine = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const elsewhere = environment['DATABASE_URL'];
  const postgres = elsewhere
    ? undefined
    : await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), profile: options.profile ?? 'durable' });
  if (postgres) onLine(`embedded PostgreSQL runs on port ${postgres.port}`);
  const databaseUrl = elsewhere ?? postgres!.url;
  try {
    const keys = resolve(environment['TALLY_DATA'] ?? dataDir);
    const given = { ...forServices(environment), DATABASE_URL: databaseUrl, TALLY_DATA: keys };
    const { settings, witness } = options.witness ? await withWitness(given, keys, SERVICES) : { settings: given };
    const booted = await bootServices(SERVICES, settings).catch(async (error: unknown) => {
      await witness?.close();
      throw error;
    });
    try {
      const host = await hostServices(booted, { port: options.port });
      return await suiteOf({ booted, host, postgres, witness, databaseUrl, dataDir, keys });
    } catch (error) {
      await booted.close();
      await witness?.close();
      throw error;
    }
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

/** What the command line reads of the same environment is no setting of a service, so its boot must not fail by it. */
const OF_THE_COMMAND_LINE: ReadonlySet<string> = new Set(['TALLY_TOKEN', 'TALLY_TRACE']);

function forServices(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_THE_COMMAND_LINE.has(name)));
}

interface Started {
  readonly booted: BootedServices;
  readonly host: Host;
  readonly postgres: EmbeddedPostgres | undefined;
  readonly witness: RunningWitness | undefined;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly keys: string;
}

async function suiteOf({ booted, host, postgres, witness, databaseUrl, dataDir, keys }: Started): Promise<Suite> {
  const { TALLY_TENANT: tenant = 'demo', TALLY_PROGRAM: program = 'main', TALLY_BUS: kind } = booted.settings;
  const bus: BusAddress =
    kind === 'kafka'
      ? { kind, brokers: listOf(booted.settings['KAFKA_BROKERS']) }
      : { kind: 'postgres', url: databaseUrl };
  const { TALLY_STORE: store, EVENTSTOREDB_URL: eventStore } = booted.settings;
  const eventStoreUrl = store === 'eventstoredb' ? eventStore : undefined;
  const issuer = booted.authentication.localIssuer;
  const token = (): Promise<string> => (issuer ? operatorToken(issuer, tenant, program) : Promise.resolve(''));
  writeRunFile(dataDir, {
    address: host.url,
    pid: process.pid,
    token: await token(),
    tenant,
    program,
    databaseUrl,
    bus,
    eventStoreUrl,
    keys,
  });
  return {
    address: host.url,
    databaseUrl,
    bus,
    eventStoreUrl,
    tenant,
    program,
    booted,
    host,
    postgres,
    witness,
    token,
    stop: async () => {
      removeRunFile(dataDir);
      for (const { health } of booted.services) health.drain();
      await host.close();
      await booted.close();
      await witness?.close();
      await postgres?.stop();
    },
  };
}

/** A token that may do everything with every service of one program on this machine. */
export function operatorToken(issuer: LocalIssuer, tenant: string, program: string): Promise<string> {
  const audience = SERVICES.map(({ name }) => audienceOf(name));
  return issuer.issue({ subject: 'operator:local', tenant, program, permissions: [EVERY_PERMISSION], audience });
}
