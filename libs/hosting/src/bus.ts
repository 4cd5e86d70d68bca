import type { BusServer, DeliveryObserver } from '@tallystick/messaging';
import { OutsideRetention, PostgresBusServer, type PostgresTopic } from '@tallystick/messaging/postgres';
import { inSpan, log, type Metrics, SpanKind } from '@tallystick/observability';
import { isOnKafka, kafkaBus } from './kafka';
import type { Neighbours } from './neighbours';
import { outsideTopic } from './outside-topics';
import type { OpenResources } from './resources';
import type { ServiceDefinition } from './service';
import { type ForeignLog, openForeignLog } from './stores';

/** A service's consumer of all that it hears, and what closes with it. */
export interface OpenBus {
  readonly server: BusServer;
  /** Lets handlers finish and gives the partitions to others. */
  close(): Promise<void>;
}

export interface BusOptions {
  readonly definition: ServiceDefinition;
  readonly resources: OpenResources;
  readonly observer: DeliveryObserver;
  readonly onFatal: (error: unknown) => void;
}

/** Opens the bus of a service where `TALLY_BUS` says and the roles ask for it. */
export async function openBus(
  definition: ServiceDefinition,
  resources: OpenResources,
  neighbours: Neighbours,
  metrics: Metrics,
  onFatal: (error: unknown) => void,
): Promise<OpenBus | undefined> {
  if (!resources.roles.has('consumer')) return undefined;
  const options: BusOptions = { definition, resources, observer: observerOf(metrics), onFatal };
  const foreign: ForeignLog[] = [];
  const retention = retentionOf(definition, resources);
  const server = isOnKafka(resources.settings) ? kafkaBus(options) : await postgresBus(options, neighbours, foreign);
  neighbours.hasBus(server);
  retention?.start();
  return {
    server,
    close: async () => {
      await retention?.close();
      await server.close();
      await Promise.all(foreign.map((one) => one.close()));
    },
  };
}

/** Other services' logs are the topics, from memory where they run in this process; outside topics are tables. */
async function postgresBus(
  { definition, resources, observer, onFatal }: BusOptions,
  neighbours: Neighbours,
  foreign: ForeignLog[],
): Promise<BusServer> {
  const { settings, pool, now } = resources;
  const sources = new Map<string, PostgresTopic>();
  for (const publications of definition.hears) {
    let store = neighbours.storeOf(publications.service);
    if (!store) {
      const opened = await openForeignLog(publications, settings, pool);
      foreign.push(opened);
      store = opened.store;
    }
    for (const topic of publications.topics) sources.set(topic, { kind: 'log', store, publications });
  }
  for (const topic of definition.outsideTopics) {
    sources.set(topic, { kind: 'outside', pool, ...outsideTopic(topic, settings, now) });
  }
  const batchSize = Number(settings['TALLY_BATCH'] ?? 500);
  return new PostgresBusServer({ consumer: definition.name, pool, sources, batchSize, observer, onFatal });
}

/** Outside topics are ours to prune where they are tables. */
function retentionOf(
  { name, outsideTopics }: ServiceDefinition,
  { pool, settings }: OpenResources,
): OutsideRetention | undefined {
  if (isOnKafka(settings) || outsideTopics.length === 0) return undefined;
  return new OutsideRetention({
    pool,
    consumer: name,
    topics: outsideTopics,
    keepMs: Number(settings['TALLY_TOPIC_RETENTION_HOURS'] ?? 168) * 3_600_000,
    onPruned: (topic, count) => log().info({ topic, count }, 'settled records were removed'),
    onFault: (err) => log().warn({ name, err }, 'settled records could not be removed and will be tried again'),
  });
}

/** What a batch's span is linked to at most, beside the trace that it belongs to. */
const MOST_LINKS = 100;

function observerOf(metrics: Metrics): DeliveryObserver {
  const handled = metrics.counter('tally_bus_records_total', 'Records by what became of them', ['topic', 'outcome']);
  const letters = metrics.counter('tally_bus_dead_letters_total', 'Records given up, by code', ['topic', 'code']);
  const faults = metrics.counter('tally_bus_faults_total', 'Batches that failed as a whole', ['topic']);
  return {
    around: ({ topic, records }, work) => {
      const [first, ...others] = new Set(records.map(({ correlationId }) => correlationId));
      const attributes = { 'messaging.destination.name': topic, 'messaging.batch.message_count': records.length };
      const alsoOf = others.slice(0, MOST_LINKS);
      return inSpan(`consume ${topic}`, { correlationId: first, kind: SpanKind.CONSUMER, attributes, alsoOf }, work);
    },
    handled(topic, outcomes) {
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
