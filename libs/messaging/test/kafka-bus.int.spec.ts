import { BUS_CONTRACT_CASES, busContract, whyNoKafka } from '@tallystick/testing';
import { KafkaHarness } from './kafka-harness';

const reason = whyNoKafka();

if (reason === undefined) {
  // 400 may be held, and one fetch may bring 12 partitions of 128 records of 2 KB beyond that.
  busContract('Kafka', () => KafkaHarness.start(), { boundedBy: 2_000 });
} else {
  describe('bus contract on Kafka', () => {
    it(`is not run: ${reason}`, () => {
      console.warn(`NOT RUN: ${BUS_CONTRACT_CASES} cases of bus contract on Kafka: ${reason}`);
      expect(reason).not.toBe('');
    });
  });
}
