#!/usr/bin/env node
// Prints every record of Kafka topics as one JSON line {topic, partition, position, value, headers}, up to the ends of
// the topics as they stand at the start; then one line {topic, ends} for each. Uses kafkajs and nothing of ours.
//   node deploy/verifier/kafka_records.mjs BROKERS TOPIC...
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';

const [brokers, ...topics] = process.argv.slice(2);
if (!brokers || topics.length === 0) {
  console.error('usage: node deploy/verifier/kafka_records.mjs BROKERS TOPIC...');
  process.exit(2);
}
const { Kafka, logLevel } = kafkajs;
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'verifier', logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
const groupId = `verifier-${randomUUID()}`;
const ends = new Map();
const open = new Set();
for (const topic of topics) {
  const offsets = await admin.fetchTopicOffsets(topic);
  ends.set(topic, Object.fromEntries(offsets.map(({ partition, high }) => [partition, Number(high)])));
  for (const { partition, low, high } of offsets) if (high !== low) open.add(`${topic}/${partition}`);
}

const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await new Promise((done, fail) => {
  if (open.size === 0) return done();
  consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error));
  const eachBatch = async ({ batch }) => {
    await print(batch);
    if (open.size === 0) done();
  };
  consumer.run({ autoCommit: false, eachBatch }).catch(fail);
});
for (const [topic, end] of ends) await write(JSON.stringify({ topic, ends: end }));
await consumer.disconnect();
await admin.deleteGroups([groupId]).catch(() => undefined);
await admin.disconnect();

async function print({ topic, partition, messages }) {
  const end = ends.get(topic)[partition];
  for (const { offset, value, headers } of messages) {
    if (Number(offset) >= end) break;
    const texts = Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]));
    await write(
      JSON.stringify({ topic, partition, position: Number(offset) + 1, value: String(value), headers: texts }),
    );
  }
  if (Number(messages.at(-1)?.offset ?? -1) >= end - 1) open.delete(`${topic}/${partition}`);
}

/** Waits where the reader is slower than the broker. */
function write(line) {
  return new Promise((next) => (process.stdout.write(`${line}\n`) ? next() : process.stdout.once('drain', next)));
}
