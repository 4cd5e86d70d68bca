import { position } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { BusRecord } from '../bus';
import { headersOf, ORIGIN_HEADER, originOf } from './contract-headers';

const ORIGIN = {
  stream: 'purchase-demo_till-1_P:1.2-3',
  revision: 2,
  eventId: '0d7c3a3e-6a52-5b6e-9d0c-2f7d5a9a1b11',
};

describe('the header of a contract on Kafka', () => {
  it.each(['order-4711', 'a text with spaces\nand lines', 'ü'])('tells what the log says, correlation id %j', (id) => {
    const headers = headersOf(recordOf(id));
    expect(Object.keys(headers)).toEqual([ORIGIN_HEADER]);
    expect(originOf(headers)).toEqual({ tenant: 'demo', origin: ORIGIN, correlationId: id });
  });

  it.each(['', ORIGIN.stream, 'account-demo_A x event 00000000000000000001 order', 'account-demo_A 1 event 1 '])(
    'is not read from %j',
    (text) => {
      expect(originOf({ [ORIGIN_HEADER]: text })).toBeUndefined();
    },
  );

  it('is not read where there is none', () => {
    expect(originOf({})).toBeUndefined();
  });
});

function recordOf(correlationId: string): BusRecord {
  return {
    topic: 'campaigns.purchase-qualified.v1',
    key: 'K',
    partition: 0,
    position: position(7n),
    message: {},
    tenant: 'demo',
    correlationId,
    causationId: ORIGIN.eventId,
    origin: ORIGIN,
    receivedAt: 0 as Instant,
  };
}
