import { position } from '@tallystick/decider';
import { mergedStatus } from './status';

const hop = { consumer: 'ledger', topic: 'campaigns.purchase-qualified.v1' };

describe('The progress of a service that runs in several processes', () => {
  it('is the highest head, the partitions of all, the slowest position and lag', () => {
    const merged = mergedStatus([
      { service: 'ledger', head: position(7), hops: [{ ...hop, position: position(3), behind: 4, partitions: 6 }] },
      { service: 'campaigns', head: position(1), hops: [] },
      { service: 'ledger', head: position(9), hops: [{ ...hop, position: position(5), behind: 0, partitions: 5 }] },
    ]);
    expect(merged).toEqual([
      { service: 'ledger', head: position(9), hops: [{ ...hop, position: position(3), behind: 4, partitions: 11 }] },
      { service: 'campaigns', head: position(1), hops: [] },
    ]);
  });

  it('names a topic that no replica holds yet', () => {
    const waiting = { ...hop, behind: 0, partitions: 0 };
    expect(
      mergedStatus([
        { service: 'ledger', head: position(1), hops: [waiting] },
        { service: 'ledger', head: position(1), hops: [waiting] },
      ]),
    ).toEqual([{ service: 'ledger', head: position(1), hops: [waiting] }]);
  });

  it('keeps the seal that one of them tells, and a fault that one of them met', () => {
    const seal = { size: 3, position: position(3), behind: 0 };
    const said = (...seals: readonly ({ readonly fault?: string } | undefined)[]) =>
      mergedStatus(
        seals.map((one) => ({
          ...{ service: 'ledger', head: position(3), hops: [] },
          ...(one && { sealing: { ...seal, ...one } }),
        })),
      )[0]?.sealing;
    expect(said({}, undefined)).toEqual(seal);
    expect(said({ fault: 'broken' }, {})).toEqual({ ...seal, fault: 'broken' });
    expect(said({}, { fault: 'broken' })).toEqual({ ...seal, fault: 'broken' });
    expect(said(undefined)).toBeUndefined();
  });
});
