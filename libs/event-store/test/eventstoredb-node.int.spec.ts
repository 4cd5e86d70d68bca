import { contractCases, eventStoreContract } from '@tallystick/testing';
import { eventStoreDbHarness } from './eventstoredb-harness';
import { realNodeAddress } from './real-node-address';

const address = process.env['EVENTSTOREDB_URL'];

if (address) {
  eventStoreContract('EventStoreDB (real node)', () => eventStoreDbHarness(realNodeAddress(address)), {
    recordedInOrder: false,
    positionOnRetry: false,
    volume: 10_000,
  });
} else {
  describe('event store contract on EventStoreDB (real node)', () => {
    it('is reported as not run where EVENTSTOREDB_URL is not set', () => {
      const report = `NOT RUN: ${contractCases()} cases of event store contract on a real EventStoreDB: EVENTSTOREDB_URL is not set`;
      console.log(report);
      expect(report).toMatch(/^NOT RUN: [1-9][0-9]+ cases/);
    });
  });
}
