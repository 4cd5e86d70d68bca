import type { Kafka } from 'kafkajs';
import { PARTITIONS } from '../bus';

/** Largest record that a topic takes: above the bus limit of 1 MiB, so that too large ones reach the dead letters. */
export const MAX_KAFKA_MESSAGE_BYTES = 4 * 1024 * 1024;

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
        waitForLeaders: true,
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
    const { topics } = await admin.fetchTopicMetadata({ topics: wanted });
    for (const { name, partitions } of topics) {
      if (partitions.length !== PARTITIONS) {
        throw new Error(`the topic ${name} has ${partitions.length} partitions; ${PARTITIONS} are needed`);
      }
    }
  } finally {
    await admin.disconnect();
  }
}
