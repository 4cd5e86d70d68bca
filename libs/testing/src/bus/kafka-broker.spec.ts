import { Kafka, logLevel } from 'kafkajs';
import { type KafkaBroker, startKafka, whyNoKafka } from './kafka-broker';

const absence = whyNoKafka();
const CASES = 2;
if (absence) console.log(`NOT RUN: ${CASES} cases of a real Kafka broker: ${absence}`);

describe('startKafka', () => {
  if (absence) {
    it('says why it cannot', () => expect(absence).not.toBe(''));
    return;
  }
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafka();
  }, 120_000);
  afterAll(() => broker.stop(), 60_000);

  it('gives a broker that keeps the order of what it was given', async () => {
    const kafka = client(broker);
    await createTopic(kafka, 'ordered');
    await produce(kafka, 'ordered', ['1', '2', '3']);
    expect(await consume(kafka, 'ordered', 3)).toEqual(['1', '2', '3']);
  }, 60_000);

  it('brings a killed broker back with its topics', async () => {
    const kafka = client(broker);
    await createTopic(kafka, 'kept');
    await produce(kafka, 'kept', ['before']);
    await broker.kill();
    await broker.restart();
    expect(await consume(kafka, 'kept', 1)).toEqual(['before']);
  }, 120_000);
});

function client(broker: KafkaBroker): Kafka {
  return new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING, retry: { retries: 10 } });
}

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
}

async function produce(kafka: Kafka, topic: string, values: readonly string[]): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ key: 'k', value })) });
  await producer.disconnect();
}

async function consume(kafka: Kafka, topic: string, count: number): Promise<readonly string[]> {
  const consumer = kafka.consumer({ groupId: `of-${topic}` });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((enough) => {
    void consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value));
        if (values.length === count) enough();
      },
    });
  });
  await consumer.disconnect();
  return values;
}
