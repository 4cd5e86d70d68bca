import { spawnSync } from 'node:child_process';
import { freePort } from '@tallystick/postgres';
import type { KafkaBroker } from './kafka-broker';

const IMAGE = 'apache/kafka:4.3.0';

/** Why no container can be started here; undefined where an engine answers. */
export function whyNoContainer(): string | undefined {
  const { error, status } = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
  if (error) return 'no Docker';
  return status === 0 ? undefined : 'no Docker engine answers';
}

/**
 * A broker from its published image, for machines with Docker and without Java. The port is the same inside and outside,
 * since a broker tells its clients where to find it.
 */
export async function startKafkaContainer(): Promise<KafkaBroker> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withEnvironment(settings(port, address))
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(120_000)
    .start();
  return {
    brokers: [address],
    async kill() {
      await container.stop({ remove: false, timeout: 0 });
    },
    async restart() {
      await container.restart();
    },
    async stop() {
      await container.stop();
    },
  };
}

/** The same broker as deploy/kafka/server.properties describes, in the image's words. */
function settings(port: number, address: string): Record<string, string> {
  return {
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_NODE_ID: '1',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${address}`,
    KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_MESSAGE_MAX_BYTES: '4194304',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  };
}
