import type { campaigns, PurchaseQualified } from '@tallystick/contracts';
import { position } from '@tallystick/decider';
import { until } from '@tallystick/testing';
import { accountOf, CampaignsFixture, hearAs, program, purchase, RULES, store } from './campaigns-fixture';

jest.setTimeout(60_000);

describe('campaigns on a real log', () => {
  let fixture: CampaignsFixture;

  beforeEach(async () => {
    fixture = await CampaignsFixture.start();
    await fixture.prepare();
  });

  afterEach(() => fixture.stop());

  describe('when purchases are published', () => {
    it('records each and announces what it earns', async () => {
      expect(await fixture.hear('purchasePublished', [purchase('R-1'), purchase('R-2')])).toEqual(['done', 'done']);
      const [qualified] = await fixture.announced<PurchaseQualified>('campaigns.purchase-qualified.v1');
      const [, stored] = await fixture.events();
      expect(qualified).toEqual({
        account: accountOf('m-1'),
        member: 'm-1',
        program: 'main',
        purchase: { source: 'till-1', id: 'R-1' },
        revision: 0,
        effectiveAt: '2026-11-22T12:00:00.000Z',
        issuer: 'market',
        store: 'hz-001',
        receipt: Buffer.from(stored!.hash).toString('hex'),
        grants: [
          {
            asset: 'POINTS',
            amount: '150',
            unitCost: '1',
            allocation: [
              { line: '1', rule: 'base', amount: '100' },
              { line: '2', rule: 'base', amount: '50' },
            ],
          },
          {
            asset: 'GROWTH',
            amount: '150',
            unitCost: '0',
            allocation: [
              { line: '1', rule: 'growth', amount: '100' },
              { line: '2', rule: 'growth', amount: '50' },
            ],
          },
        ],
        returns: [],
      });
    });

    it('answers a redelivery as a duplicate, also inside one batch and in another process (case 60)', async () => {
      expect(await fixture.hear('purchasePublished', [purchase('R-1'), purchase('R-1')])).toEqual([
        'done',
        'duplicate',
      ]);
      expect(await hearAs(fixture.twin(), 'purchasePublished', [purchase('R-1')])).toEqual(['duplicate']);
      expect(await fixture.types()).toEqual(['RuleSetPublished', 'PurchaseRecorded']);
    });

    it('takes the same instant in another zone as the same content', async () => {
      await fixture.hear('purchasePublished', [purchase('R-1')]);
      const again = purchase('R-1', { occurredAt: '2026-11-22T12:00:00Z' });
      expect(await fixture.hear('purchasePublished', [again])).toEqual(['duplicate']);
    });

    it('refuses other content under the same id', async () => {
      await fixture.hear('purchasePublished', [purchase('R-1')]);
      const other = purchase('R-1', { store: 'wh-001' });
      expect(await hearAs(fixture.twin(), 'purchasePublished', [other])).toEqual(['refused purchase-conflict']);
    });

    it('moves the position with the events where every record was recorded', async () => {
      const checkpoint = await leased(fixture, 'purchases.v1');
      let moved = 0;
      const options = { checkpoint: checkpoint(0, 2), checkpointMoved: () => (moved += 1) };
      await fixture.hear('purchasePublished', [purchase('R-1'), purchase('R-2')], options);
      expect([moved, await positionOf(fixture)]).toEqual([1, '2']);
    });

    it('leaves the position to the bus where a record must wait', async () => {
      const checkpoint = await leased(fixture, 'purchases.v1');
      let moved = 0;
      const options = { checkpoint: checkpoint(0, 2), checkpointMoved: () => (moved += 1) };
      const batch = [purchase('R-1'), purchase('R-2', { store: 'hz-099' })];
      expect(await fixture.hear('purchasePublished', batch, options)).toEqual(['done', 'retry unknown-store 300000']);
      expect([moved, await positionOf(fixture)]).toEqual([0, '0']);
    });

    it('waits for a store and takes the purchase once the store is declared', async () => {
      await fixture.hear('programDeclared', [program({ revision: 1, referenceWaitSeconds: 7 })]);
      const waiting = [purchase('R-1', { store: 'hz-002' })];
      expect(await fixture.hear('purchasePublished', waiting)).toEqual(['retry unknown-store 7000']);
      await fixture.hear('nodeDeclared', [store('hz-002', 'market')]);
      expect(await fixture.hear('purchasePublished', waiting)).toEqual(['done']);
    });

    it('issues for the unit that the store lay in at the time of the purchase', async () => {
      await fixture.hear('nodeDeclared', [store('hz-001', 'park', { validFrom: '2026-11-22T12:00:00Z', revision: 2 })]);
      await fixture.hear('purchasePublished', [
        purchase('R-1'),
        purchase('R-2', { occurredAt: '2026-11-22T11:59:59Z' }),
      ]);
      const said = await fixture.announced<PurchaseQualified>('campaigns.purchase-qualified.v1');
      expect(said.map(({ issuer }) => issuer)).toEqual(['park', 'market']);
    });

    it('refuses a store of another unit than the binding vouches for (case 56)', async () => {
      const batch = [purchase('R-1'), purchase('R-2', { store: 'wh-001' })];
      expect(await fixture.hear('purchasePublished', batch, { unit: 'market' })).toEqual([
        'done',
        'refused scope-mismatch',
      ]);
    });

    it('refuses a purchase at a store that is closed', async () => {
      await fixture.hear('nodeDeclared', [
        store('hz-001', 'market', { validFrom: '2026-11-01T00:00:00Z', revision: 2, open: false }),
      ]);
      expect(await fixture.hear('purchasePublished', [purchase('R-1')])).toEqual(['refused store-closed']);
    });

    it('refuses what is older than the program accepts, and nothing where it sets no limit (case 37)', async () => {
      const old = purchase('R-1', { occurredAt: '2025-10-20T11:59:59Z' });
      expect(await fixture.hear('purchasePublished', [old])).toEqual(['refused too-old']);
      await fixture.hear('programDeclared', [program({ revision: 1, acceptPurchasesFromDays: undefined })]);
      expect(await fixture.hear('purchasePublished', [old])).toEqual(['done']);
    });

    it('waits for a card and books the purchase for its member once it is issued', async () => {
      const byCard = [purchase('R-1', { member: { cardToken: 'c-1' } })];
      expect(await fixture.hear('purchasePublished', byCard)).toEqual(['retry unknown-card 300000']);
      await fixture.hear('cardIssued', [{ member: 'm-7', cardToken: 'c-1', issuedAt: '2026-01-01T00:00:00Z' }]);
      await fixture.hear('tierChanged', [tiersOfSeven]);
      expect(await fixture.hear('purchasePublished', byCard)).toEqual(['done']);
      const [qualified] = await fixture.announced<PurchaseQualified>('campaigns.purchase-qualified.v1');
      expect([qualified?.account, qualified?.grants[0]?.amount]).toEqual([accountOf('m-7'), '225']);
    });

    it('records a purchase without member and announces it as such only', async () => {
      const { member: _nobody, ...anonymous } = purchase('R-1');
      expect(await fixture.hear('purchasePublished', [anonymous])).toEqual(['done']);
      expect(await fixture.announced('campaigns.purchase-qualified.v1')).toEqual([]);
      const [recorded] = await fixture.announced<campaigns.PurchaseRecorded>('campaigns.purchase-recorded.v1');
      expect(recorded).toMatchObject({ verdict: 'no-member', unit: 'market', total: '15000' });
      expect(recorded).not.toHaveProperty('member');
    });

    it('uses a rule set whose publisher died before it could tell, and tells the others', async () => {
      const version = async (): Promise<string> =>
        (await fixture.pool.query<{ version: string }>('select version from reference_version')).rows[0]!.version;
      await fixture.hear('purchasePublished', [purchase('R-0')]);
      const before = await version();
      await fixture.publish({ ...RULES, rules: [{ id: 'base', asset: 'POINTS', kind: 'base', rate: '1/50' }] });
      await fixture.pool.query('update reference_version set version = $1', [before]);
      let count = 0;
      await until('a purchase earns by the new rules', async () => {
        const id = `R-${(count += 1)}`;
        await fixture.hear('purchasePublished', [purchase(id)]);
        return (await fixture.picture(id)).join() === 'POINTS 300-0';
      });
      expect(BigInt(await version())).toBeGreaterThan(BigInt(before));
    });

    it('uses a rule set that another process has just published', async () => {
      const twin = fixture.twin();
      await hearAs(twin, 'purchasePublished', [purchase('R-1')]);
      await fixture.publish({ rules: [{ id: 'base', asset: 'POINTS', kind: 'base', rate: '1' }] });
      await hearAs(twin, 'purchasePublished', [purchase('R-2')]);
      expect(await fixture.picture('R-2')).toEqual(['POINTS 15000-0']);
    });
  });

  describe('requests that come together', () => {
    it('share one transaction', async () => {
      const caller = {
        tenant: 'demo',
        program: 'main',
        subject: 'till',
        permissions: new Set<string>(),
        credential: 'c',
      };
      const ids = Array.from({ length: 50 }, (_, i) => `G-${i}`);
      const taken = await Promise.all(
        ids.map((id) => {
          const metadata = { actor: 'user:till', commandId: id, correlationId: id };
          return fixture.parts.entrance.purchase(caller, { id, key: id, again: false, metadata }, purchase(id));
        }),
      );
      expect(taken.map(({ kind }) => kind)).toEqual(ids.map(() => 'taken'));
      const { rows } = await fixture.pool.query<{ count: number }>(
        `select count(distinct xmin::text)::integer as count from event where stream like 'purchase-demo_till-1_G-%'`,
      );
      expect(rows).toEqual([{ count: 1 }]);
    });
  });
});

const tiersOfSeven = {
  member: 'm-7',
  account: accountOf('m-7'),
  program: 'main',
  revision: 3,
  tier: 'gold',
  validFrom: '2026-06-01T00:00:00Z',
  cause: 'upgrade',
  history: [{ tier: 'gold', validFrom: '2026-06-01T00:00:00Z' }],
};

/** A leased partition and the checkpoint that moves it. */
async function leased(fixture: CampaignsFixture, topic: string) {
  await fixture.pool.query(
    `insert into consumer_position (consumer, topic, partition, position, owner, epoch, lease_until)
     values ('campaigns', $1, 0, 0, 'test', 1, now() + interval '1 hour')`,
    [topic],
  );
  return (from: number, to: number) => ({
    consumer: 'campaigns',
    topic,
    moves: [{ partition: 0, epoch: 1, from: position(from), to: position(to) }],
  });
}

async function positionOf({ pool }: CampaignsFixture): Promise<string | undefined> {
  const { rows } = await pool.query<{ position: string }>('select position::text from consumer_position');
  return rows[0]?.position;
}
