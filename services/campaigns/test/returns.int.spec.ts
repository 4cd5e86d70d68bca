import type { ReturnQualified } from '@tallystick/contracts';
import { accountOf, CampaignsFixture, hearAs, purchase, returnOf, store } from './campaigns-fixture';

jest.setTimeout(60_000);

describe('returns on a real log', () => {
  let fixture: CampaignsFixture;

  beforeEach(async () => {
    fixture = await CampaignsFixture.start();
    await fixture.prepare();
  });

  afterEach(() => fixture.stop());

  describe('when returns are published', () => {
    it('takes back by the original rules, whatever was published since', async () => {
      await fixture.hear('purchasePublished', [purchase('R-1')]);
      await fixture.publish({ rules: [{ id: 'base', asset: 'POINTS', kind: 'base', rate: '1' }] });
      expect(await fixture.hear('returnPublished', [returnOf('R-1', 'B-1', '4000')])).toEqual(['done']);
      expect(await fixture.picture('R-1')).toEqual(['POINTS 150-40', 'GROWTH 150-40']);
      const [returned] = await fixture.announced('campaigns.return-recorded.v1');
      expect(returned).toEqual({
        return: { source: 'till-1', id: 'B-1' },
        purchase: { source: 'till-1', id: 'R-1' },
        member: 'm-1',
        store: 'hz-001',
        unit: 'market',
        occurredAt: '2026-11-23T12:00:00.000Z',
        currency: 'CNY',
        total: '4000',
        lines: 1,
      });
    });

    it('parks a return until its purchase comes (case 58)', async () => {
      expect(await fixture.hear('returnPublished', [returnOf('R-1', 'B-1', '4000')])).toEqual(['done']);
      expect(await fixture.hear('returnPublished', [returnOf('R-1', 'B-1', '4000')])).toEqual(['duplicate']);
      expect(await hearAs(fixture.twin(), 'purchasePublished', [purchase('R-1')])).toEqual(['done']);
      expect(await fixture.picture('R-1')).toEqual(['POINTS 150-40', 'GROWTH 150-40']);
      expect(await fixture.types()).toEqual([
        'RuleSetPublished',
        'ReturnClaimed',
        'ReturnParked',
        'PurchaseRecorded',
        'ReturnRecorded',
      ]);
    });

    it('refuses more than was bought and writes nothing (case 59)', async () => {
      await fixture.hear('purchasePublished', [purchase('R-1')]);
      expect(await fixture.hear('returnPublished', [returnOf('R-1', 'B-1', '10001')])).toEqual(['refused over-refund']);
      expect(await fixture.types()).toEqual(['RuleSetPublished', 'PurchaseRecorded']);
    });

    it('refuses the second of two returns in one batch that are too much together, for ever', async () => {
      await fixture.hear('purchasePublished', [purchase('R-1')]);
      const two = [returnOf('R-1', 'B-1', '6000'), returnOf('R-1', 'B-2', '4001')];
      expect(await fixture.hear('returnPublished', two)).toEqual(['done', 'refused over-refund']);
      expect(await hearAs(fixture.twin(), 'returnPublished', two)).toEqual(['duplicate', 'refused over-refund']);
      expect((await fixture.types()).filter((type) => type === 'ClaimRefused')).toHaveLength(1);
    });

    it('counts a return id once over all purchases', async () => {
      await fixture.hear('purchasePublished', [purchase('R-1'), purchase('R-2')]);
      await fixture.hear('returnPublished', [returnOf('R-1', 'B-1', '100')]);
      const elsewhere = [returnOf('R-2', 'B-1', '100'), returnOf('R-1', 'B-1', '101')];
      expect(await fixture.hear('returnPublished', elsewhere)).toEqual([
        'refused return-conflict',
        'refused return-conflict',
      ]);
    });

    it('asks back for an unlinked return what the goods would earn', async () => {
      const { purchase: _none, ...unlinked } = returnOf('-', 'B-1', '3000', {
        member: { id: 'm-1' },
        lines: [{ line: '1', sku: 'apple', amount: '3000' }],
        tenders: [{ kind: 'cash', amount: '3000' }],
      });
      expect(await fixture.hear('returnPublished', [unlinked])).toEqual(['done']);
      const [qualified] = await fixture.announced<ReturnQualified>('campaigns.return-qualified.v1');
      expect(qualified).toMatchObject({
        account: accountOf('m-1'),
        issuer: 'market',
        amounts: [
          { asset: 'POINTS', amount: '30' },
          { asset: 'GROWTH', amount: '30' },
        ],
      });
      expect(await fixture.hear('returnPublished', [{ ...unlinked, currency: 'EUR' }])).toEqual([
        'refused return-conflict',
      ]);
    });

    it('takes goods back at a closed store and for a card that is not known', async () => {
      await fixture.hear('purchasePublished', [purchase('R-1')]);
      await fixture.hear('nodeDeclared', [
        store('hz-001', 'market', { validFrom: '2026-11-23T00:00:00Z', revision: 2, open: false }),
      ]);
      const back = returnOf('R-1', 'B-1', '100', { member: { cardToken: 'unheard-of' } });
      expect(await fixture.hear('returnPublished', [back])).toEqual(['done']);
    });
  });
});
