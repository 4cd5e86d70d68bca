import { randomUUID } from 'node:crypto';
import { CHECKPOINTS_TOPIC, CheckpointSigned, validatorOf } from '@tallystick/contracts';
import type { OutgoingRecord, Publisher } from '@tallystick/messaging';
import { createKafkaTopics, kafkaClient, KafkaPublisher } from '@tallystick/messaging/kafka';
import { isSignedBy, readCheckpoint, readNote } from '@tallystick/proof';
import { type KafkaBroker, startKafka, until, whyNoKafka } from '@tallystick/testing';
import { checkpointsAfter, CheckpointTopic } from '../src';
import { ORIGIN, SealedLogFixture } from './sealed-log-fixture';

const reason = whyNoKafka();
const CASES = 2;

if (reason === undefined) describe('The topic of checkpoints', topicCases);
else {
  describe('The topic of checkpoints', () => {
    it(`is not run: ${reason}`, () => {
      console.warn(`NOT RUN: ${CASES} cases of the topic of checkpoints on Kafka: ${reason}`);
      expect(reason).not.toBe('');
    });
  });
}

function topicCases(): void {
  let broker: KafkaBroker;
  let publisher: KafkaPublisher;
  let log: SealedLogFixture;
  let stopHearing: () => Promise<void>;
  let origin: string;
  let heard: CheckpointSigned[];
  const kafka = () => kafkaClient({ brokers: broker.brokers, clientId: 'checkpoint-topic-spec' });

  jest.setTimeout(120_000);

  beforeAll(async () => {
    broker = await startKafka();
    publisher = new KafkaPublisher(kafka());
    await createKafkaTopics(kafka(), { ofServices: [CHECKPOINTS_TOPIC], ofPublishers: [] });
  });

  afterAll(async () => {
    await publisher?.close();
    await broker?.stop();
  });

  beforeEach(async () => {
    log = await SealedLogFixture.open();
    origin = `points.test/${randomUUID()}`;
    const mine: CheckpointSigned[] = (heard = []);
    const named = origin;
    const consumer = kafka().consumer({ groupId: origin });
    await consumer.connect();
    await consumer.subscribe({ topic: CHECKPOINTS_TOPIC, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { key, value } }) => {
        const read = validatorOf(CheckpointSigned)(JSON.parse(String(value)));
        if (read.ok && String(key) === named) mine.push(read.value);
      },
    });
    stopHearing = () => consumer.disconnect();
  });

  afterEach(async () => {
    await stopHearing();
    await log.close();
  });

  function start(through: Pick<Publisher, 'publish'> = publisher): CheckpointTopic {
    const onFault = (error: unknown): void => void log.faults.push(error);
    const options = { service: 'ledger', origin, pool: log.pool, publisher: through, leaseMs: 500 };
    const topic = new CheckpointTopic({ ...options, intervalMs: 5, onFault });
    topic.start();
    return topic;
  }

  const sizes = () => heard.map(({ size }) => size);

  it('carries every checkpoint, signed and in order, whoever publishes', async () => {
    log.start({ batchSize: 10 });
    const first = start();
    await log.append(30);
    await log.sealedTo(30);
    await until('the last is heard', () => sizes().at(-1) === 30);
    await first.close();
    const second = start();
    await log.append(10);
    await log.sealedTo(40);
    await until('what came since is heard', () => sizes().at(-1) === 40);
    await second.close();
    expect(sizes()).toEqual((await checkpointsAfter(log.pool, 0, 100)).map(({ size }) => size));
    for (const { note, size } of heard) {
      const signed = readNote(note);
      expect(isSignedBy(signed, log.signer.verifier)).toBe(true);
      expect(readCheckpoint(signed.text)).toMatchObject({ origin: ORIGIN, size });
    }
    expect(log.faults).toEqual([]);
  });

  it('says a checkpoint again whose acknowledgement was lost, and leaves none out', async () => {
    let isLost = true;
    const losing = {
      async publish(topic: string, records: readonly OutgoingRecord[]) {
        const published = await publisher.publish(topic, records);
        if (isLost) {
          isLost = false;
          throw new Error('the answer is lost');
        }
        return published;
      },
    };
    await log.append(5);
    const sealer = log.start();
    await log.sealedTo(5);
    const topic = start(losing);
    await until('it is heard twice', () => sizes().join() === '5,5');
    await topic.close();
    await sealer.close();
    expect(log.faults.map(String)).toEqual(['Error: the answer is lost']);
  });
}
