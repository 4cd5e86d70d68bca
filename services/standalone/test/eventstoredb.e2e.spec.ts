import { bodyOf, eventHash, eventsAfter } from '@tallystick/decider';
import { NodeLog } from '@tallystick/testing';
import { WireDouble } from '@tallystick/testing/wire-double';
import { BootedSuite, bytesOf, purchaseOf } from './booted-suite';

jest.setTimeout(120_000);

describe('A suite whose logs are in EventStoreDB (on the wire double)', () => {
  let double: WireDouble;
  let booted: BootedSuite;

  beforeAll(async () => {
    const opened = await WireDouble.open(new NodeLog());
    double = opened.double;
    const rules = [{ id: 'base', asset: 'POINTS', kind: 'base', rate: '1/100' }];
    booted = await BootedSuite.start(rules, () => ({
      TALLY_STORE: 'eventstoredb',
      EVENTSTOREDB_URL: `esdb://127.0.0.1:${opened.port}?tls=false`,
    }));
  });

  afterAll(async () => {
    await booted?.stop();
    double?.close();
  });

  it('makes points of purchases, once each', async () => {
    const record = { key: 'm-1', value: bytesOf(purchaseOf('E-1', 'm-1', '700')) };
    expect(await booted.fateOf([record, record])).toEqual(['taken', 'taken']);
    expect(await booted.pointsOf('m-1')).toBe('7');
  });

  it('shows its logs to the command line, chained to the byte', async () => {
    await booted.fateOf([{ key: 'm-2', value: bytesOf(purchaseOf('E-2', 'm-2', '900')) }]);
    const log = await booted.connection.log('ledger');
    const accrued: unknown[] = [];
    for await (const events of eventsAfter(log)) {
      for (const event of events) {
        expect(Buffer.from(event.hash)).toEqual(eventHash(event));
        if (event.type !== 'PointsAccrued') continue;
        const { holder, grants } = bodyOf<{ holder: string; grants: readonly { amount: string }[] }>(event);
        accrued.push([holder, grants[0]!.amount]);
      }
    }
    expect(accrued).toContainEqual(['m-2', '9']);
  });
});
