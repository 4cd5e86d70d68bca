import { contractsByTopic, readMessage } from '@tallystick/contracts';
import { openPostgresLogReader } from '@tallystick/event-store/postgres';
import {
  type BusServer,
  type DeliveryObserver,
  type Publications,
  type RecordReader,
  recordReader,
  type TopicBinding,
} from '@tallystick/messaging';
import { PostgresBusServer, type PostgresTopic } from '@tallystick/messaging/postgres';
import { log, type Metrics, noteSpan } from '@tallystick/observability';
import { createPool, type Pool } from '@tallystick/postgres';
import { onIdleFault } from './database';
import type { Neighbours } from './neighbours';
import type { OpenResources } from './resources';
import type { ServiceDefinition } from './service';
import { databaseSetting, type Settings } from './settings';

/** A service's consumer of all that it hears, and what closes with it. */
export interface OpenBus {
  readonly server: BusServer;
  /** Lets handlers finish and gives the partitions to others. */
  close(): Promise<void>;
}

/** Opens the bus of a service: other services' logs are its topics, outside topics are tables (design §6 "Bus port"). */
export async function openBus(
  definition: ServiceDefinition,
  resources: OpenResources,
  neighbours: Neighbours,
  metrics: Metrics,
  onFatal: (error: unknown) => void,
): Promise<OpenBus> {
  const { settings, pool } = resources;
  const foreign: Pool[] = [];
  const sources = new Map<string, PostgresTopic>();
  for (const publications of definition.hears) {
    const store = neighbours.storeOf(publications.service) ?? (await readerOf(publications, settings, pool, foreign));
    for (const topic of publications.topics) sources.set(topic, { kind: 'log', store, publications });
  }
  for (const topic of definition.outsideTopics) {
    const binding = bindingOf(topic, settings);
    sources.set(topic, { kind: 'outside', pool, binding, reader: readerOfTopic(binding, resources) });
  }
  const server = new PostgresBusServer({
    consumer: definition.name,
    pool,
    sources,
    batchSize: Number(settings['TALLY_BATCH'] ?? 500),
    observer: observerOf(metrics),
    onFatal,
  });
  neighbours.hasBus(server);
  return {
    server,
    close: async () => {
      await server.close();
      await Promise.all(foreign.map((one) => one.end()));
    },
  };
}

async function readerOf(
  { service }: Publications,
  settings: Settings,
  ownPool: Pool,
  foreign: Pool[],
): Promise<Awaited<ReturnType<typeof openPostgresLogReader>>> {
  const url = settings[databaseSetting(service)];
  const pool = url ? createPool(url, { max: 2, applicationName: `tallystick-reads-${service}`, onIdleFault }) : ownPool;
  if (pool !== ownPool) foreign.push(pool);
  return openPostgresLogReader({ pool, schema: service });
}

/** The bindings of outside topics: the tenant and program of the settings, open to whoever may write the topic. */
function bindingOf(topic: string, settings: Settings): TopicBinding {
  const { TALLY_TENANT: tenant = 'demo', TALLY_PROGRAM: program = 'main' } = settings;
  return { topic, tenant, program, mode: 'open' };
}

function readerOfTopic(binding: TopicBinding, { now }: OpenResources): RecordReader {
  const { topic } = binding;
  const contracts = contractsByTopic().get(topic) ?? [];
  if (contracts.length === 0) throw new Error(`no contract is declared for the topic ${topic}`);
  return recordReader({
    binding,
    read: (value) => {
      const verdict = readMessage(topic, value, { receivedAt: now(), acceptFromDays: null });
      return verdict.ok ? { ok: true, message: verdict.value } : verdict;
    },
    keyOf: (message) => {
      const type = 'type' in message ? message.type : undefined;
      const contract = contracts.find((one) => one.type === undefined || one.type === type) ?? contracts[0];
      return contract?.keyOf(message) ?? '';
    },
  });
}

function observerOf(metrics: Metrics): DeliveryObserver {
  const handled = metrics.counter('tally_bus_records_total', 'Records by what became of them', ['topic', 'outcome']);
  const letters = metrics.counter('tally_bus_dead_letters_total', 'Records given up, by code', ['topic', 'code']);
  const faults = metrics.counter('tally_bus_faults_total', 'Batches that failed as a whole', ['topic']);
  return {
    handled(topic, outcomes, ms) {
      noteSpan(`consume ${topic}`, ms, { ...outcomes });
      for (const [outcome, count] of Object.entries(outcomes)) if (count > 0) handled.labels(topic, outcome).inc(count);
    },
    deadLettered({ topic, code }) {
      letters.labels(topic, code).inc();
      log().warn({ topic, code }, 'a record was given up');
    },
    failed(topic, error) {
      faults.labels(topic).inc();
      log().warn({ topic, err: error }, 'a batch failed and will be tried again');
    },
  };
}
