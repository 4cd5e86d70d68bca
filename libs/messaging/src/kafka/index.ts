export { type KafkaAddress, kafkaClient, type KafkaLog } from './kafka-client';
export { groupIdOf, KafkaBusServer, type KafkaBusOptions, type KafkaTopic } from './kafka-bus-server';
export type { OffsetKeeping } from './kafka-progress';
export { KafkaPublisher } from './kafka-publisher';
export { createKafkaTopics, type KafkaTopics, MAX_KAFKA_MESSAGE_BYTES } from './topics';
