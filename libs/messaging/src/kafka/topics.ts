import { type Admin, type ITopicMetadata, type Kafka, KafkaJSProtocolError } from 'kafkajs';
import { PARTITIONS } from '../bus';

/** Largest record that a topic takes: above the bus limit of 1 MiB, so that too large ones reach the dead letters. */
export const MAX_KAFKA_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Longest wait for the leaders of new topics. */
const LEADERS_MS = 30_000;

export interface KafkaTopics {
  /** Topics that services publish from their logs: kept for ever, so that whatever lives from them can be rebuilt. */
  readonly ofServices: readonly string[];
  /** Topics of publishers outside; their content is in the purchase streams, so the broker's retention applies. */
  readonly ofPublishers: readonly string[];
}

/**
 * Makes missing topics, 12 partitions each, and checks the others: a key must keep its partition for ever. Two starters
 * at once are safe. Replication is the broker's default.
 */
export async function createKafkaTopics(kafka: Kafka, { ofServices, ofPublishers }: KafkaTopics): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const wanted = [...ofServices, ...ofPublishers];
    const existing = new Set(await admin.listTopics());
    const missing = wanted.filter((topic) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: false,
        topics: missing.map((topic) => ({
          topic,
          numPartitions: PARTITIONS,
          replicationFactor: -1,
          configEntries: [
            { name: 'max.message.bytes', value: String(MAX_KAFKA_MESSAGE_BYTES) },
            ...(ofServices.includes(topic) ? [{ name: 'retention.ms', value: '-1' }] : []),
          ],
        })),
      });
    }
    for (const { name, partitions } of await ledTopics(admin, wanted)) {
      if (partitions.length !== PARTITIONS) {
        throw new Error(`the topic ${name} has ${partitions.length} partitions; ${PARTITIONS} are needed`);
      }
    }
  } finally {
    await admin.disconnect();
  }
}

/** A broker answers for a new topic a moment after it has made it; kafkajs' own wait takes that for a failure. */
async function ledTopics(admin: Admin, topics: readonly string[]): Promise<readonly ITopicMetadata[]> {
  const deadline = performance.now() + LEADERS_MS;
  for (;;) {
    try {
      const found = await admin.fetchTopicMetadata({ topics: [...topics] });
      if (found.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return found.topics;
    } catch (error) {
      if (!(error instanceof KafkaJSProtocolError && error.retriable) || performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error(`topics without a leader: ${topics.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
