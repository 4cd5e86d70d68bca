import { type Hop, lagging } from './settled';

const hop: Hop = {
  consumer: 'ledger',
  topic: 'purchases.v1',
  position: '00000000000000000007',
  behind: 0,
  partitions: 12,
};
const statusOf = (...hops: readonly Hop[]) => ({ services: [{ service: 'ledger', head: '7', hops }] });

describe('A suite', () => {
  it('is settled where every hop is at its head, whoever holds its partitions just now', () => {
    expect(lagging(statusOf(hop, { ...hop, topic: 'returns.v1', partitions: 6 }))).toBeUndefined();
    expect(lagging(statusOf({ ...hop, partitions: 0 }))).toBeUndefined();
  });

  it('is not settled while a hop is behind, or nobody tells how far it is', () => {
    expect(lagging(statusOf(hop, { ...hop, behind: 3 }))).toBe('ledger is 3 behind on purchases.v1');
    expect(lagging(statusOf(hop, { consumer: 'relay', topic: 'log:ledger', behind: 0, partitions: 0 }))).toBe(
      'nobody tells how far relay is on log:ledger',
    );
  });

  it('is not settled where nothing consumes', () => {
    expect(lagging(statusOf())).toContain('nothing consumes here');
  });
});
