import { CHECKPOINTS_TOPIC } from '@tallystick/contracts';
import {
  createKafkaTopics,
  kafkaClient,
  KafkaBusServer,
  type KafkaTopic,
  KafkaPublisher,
} from '@tallystick/messaging/kafka';
import { type BusServer, type Publisher, Relay } from '@tallystick/messaging';
import { log } from '@tallystick/observability';
import type { BusOptions } from './bus';
import { outsideTopic } from './outside-topics';
import type { OpenResources } from './resources';
import type { ServiceDefinition } from './service';
import { listOf, type Settings } from './settings';

type Kafka = ReturnType<typeof kafkaClient>;

/** True where Kafka carries the contracts. */
export function isOnKafka(settings: Settings): boolean {
  return settings['TALLY_BUS'] === 'kafka';
}

/** A client of the brokers of `KAFKA_BROKERS`, under the name of a service. */
export function kafkaOf(service: string, settings: Settings): Kafka {
  return kafkaClient({
    brokers: listOf(settings['KAFKA_BROKERS']),
    clientId: `tallystick-${service}`,
    log: (level, message) => log()[level]({ reason: message }, 'Kafka'),
  });
}

/** Makes the topics that these services say and hear, and the one of checkpoints, where they are missing. */
export async function prepareKafka(definitions: readonly ServiceDefinition[], settings: Settings): Promise<void> {
  const said = definitions.flatMap(({ publications, hears }) =>
    [publications, ...hears].flatMap(({ topics }) => topics),
  );
  const sealed = definitions.some(({ kinds }) => kinds.length > 0) ? [CHECKPOINTS_TOPIC] : [];
  const outside = definitions.flatMap(({ outsideTopics }) => outsideTopics);
  await createKafkaTopics(kafkaOf('topics', settings), {
    ofServices: [...new Set(said), ...sealed],
    ofPublishers: [...new Set(outside)],
  });
}

/** A publisher that has reached a broker. */
export function openKafkaPublisher(service: string, settings: Settings): Promise<Publisher> {
  return KafkaPublisher.connect({
    brokers: listOf(settings['KAFKA_BROKERS']),
    clientId: `tallystick-${service}`,
    log: (level, message) => log()[level]({ reason: message }, 'Kafka'),
  });
}

/**
 * The consumer of a service on Kafka. Offsets are kept in the service's schema, so that they move in the transaction of
 * the effect.
 */
export function kafkaBus({ definition, resources, observer, onFatal }: BusOptions): BusServer {
  const { settings, pool, now, service } = resources;
  const topics = new Map<string, KafkaTopic>();
  for (const publications of definition.hears) {
    for (const topic of publications.topics) topics.set(topic, { kind: 'service', offsets: 'stored' });
  }
  for (const topic of definition.outsideTopics) {
    topics.set(topic, { kind: 'outside', offsets: 'stored', ...outsideTopic(topic, settings, now) });
  }
  return new KafkaBusServer({
    consumer: service,
    kafka: kafkaOf(service, settings),
    pool,
    topics,
    batchSize: Number(settings['TALLY_BATCH'] ?? 500),
    observer,
    onFatal,
  });
}

/** Publishes what the service's log announces, where the bus is Kafka and the roles ask for it. */
export function startRelay(
  { publications }: ServiceDefinition,
  { store, publisher, pool, roles, settings }: OpenResources,
  onFatal: (error: unknown) => void,
): Relay | undefined {
  if (!roles.has('relay') || !isOnKafka(settings) || publications.topics.length === 0) return undefined;
  const onFault = (err: unknown): void =>
    log().warn({ err, name: publications.service }, 'the relay failed and will try again');
  const relay = new Relay({ store, publications, publisher, pool, onFault, onFatal });
  relay.start();
  return relay;
}
