import type { campaigns } from '@tallystick/contracts';
import { accountOf, CampaignsFixture, hearAs, purchase, returnOf, tiers } from './campaigns-fixture';

jest.setTimeout(60_000);

describe('tiers that are heard of', () => {
  let fixture: CampaignsFixture;

  beforeEach(async () => {
    fixture = await CampaignsFixture.start();
    await fixture.prepare();
  });

  afterEach(() => fixture.stop());

  const recorded = () => fixture.announced<campaigns.PurchaseRecorded>('campaigns.purchase-recorded.v1');
  const index = async () => fixture.hear('purchaseRecorded', await recorded());

  it('count for a purchase that is recorded afterwards', async () => {
    await fixture.hear('tierChanged', [tiers('m-1', 2, ['gold', '2026-06-01T00:00:00Z'])]);
    await fixture.hear('purchasePublished', [purchase('R-1')]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 225-0', 'GROWTH 150-0']);
    await index();
    expect((await fixture.types()).filter((type) => type === 'PurchaseReevaluated')).toEqual([]);
  });

  it('re-evaluate a purchase that was recorded before, its returns included', async () => {
    await fixture.hear('purchasePublished', [purchase('R-1')]);
    await index();
    await fixture.hear('returnPublished', [returnOf('R-1', 'B-1', '10000')]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 150-100', 'GROWTH 150-100']);
    await fixture.hear('tierChanged', [tiers('m-1', 2, ['gold', '2026-06-01T00:00:00Z'])]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 225-150', 'GROWTH 150-100']);
  });

  it('re-evaluate a purchase that was not indexed yet when they came, in whatever process', async () => {
    const twin = fixture.twin();
    await hearAs(twin, 'purchasePublished', [purchase('R-1')]);
    await fixture.hear('tierChanged', [tiers('m-1', 2, ['gold', '2026-06-01T00:00:00Z'])]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 150-0', 'GROWTH 150-0']);
    await hearAs(twin, 'purchaseRecorded', await recorded());
    expect(await fixture.picture('R-1')).toEqual(['POINTS 225-0', 'GROWTH 150-0']);
  });

  it('leave a purchase alone at the instant at which they begin', async () => {
    await fixture.hear('purchasePublished', [
      purchase('R-1'),
      purchase('R-2', { occurredAt: '2026-11-22T12:00:00.001Z' }),
    ]);
    await index();
    await fixture.hear('tierChanged', [tiers('m-1', 2, ['silver', '2026-11-22T12:00:00.000Z'])]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 150-0', 'GROWTH 150-0']);
    expect(await fixture.picture('R-2')).toEqual(['POINTS 180-0', 'GROWTH 150-0']);
  });

  it('are corrected by a newer history, and not by an older one that comes late', async () => {
    await fixture.hear('purchasePublished', [purchase('R-1')]);
    await index();
    await fixture.hear('tierChanged', [tiers('m-1', 4, ['silver', '2026-06-01T00:00:00Z'])]);
    await fixture.hear('tierChanged', [tiers('m-1', 3, ['gold', '2026-06-01T00:00:00Z'])]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 180-0', 'GROWTH 150-0']);
    await fixture.hear('tierChanged', [tiers('m-1', 5)]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 150-0', 'GROWTH 150-0']);
  });

  it('change nothing more when they come again', async () => {
    await fixture.hear('purchasePublished', [purchase('R-1')]);
    await index();
    const gold = tiers('m-1', 2, ['gold', '2026-06-01T00:00:00Z']);
    await fixture.hear('tierChanged', [gold, gold]);
    await hearAs(fixture.twin(), 'tierChanged', [gold]);
    await index();
    expect((await fixture.types()).filter((type) => type === 'PurchaseReevaluated')).toHaveLength(1);
  });

  it('are looked at again where a crash came between keeping them and looking', async () => {
    await fixture.hear('purchasePublished', [purchase('R-1')]);
    await index();
    await fixture.pool.query(
      `insert into tier_history (account, revision, history, pending_from) values ($1, 2, $2, $3)`,
      [
        accountOf('m-1'),
        JSON.stringify([{ tier: 'gold', validFrom: '2026-06-01T00:00:00.000Z' }]),
        '2026-06-01T00:00:00.000Z',
      ],
    );
    await fixture.hear('tierChanged', [tiers('m-1', 2, ['gold', '2026-06-01T00:00:00Z'])]);
    expect(await fixture.picture('R-1')).toEqual(['POINTS 225-0', 'GROWTH 150-0']);
    const { rows } = await fixture.pool.query<{ pending_from: string | null }>('select pending_from from tier_history');
    expect(rows).toEqual([{ pending_from: null }]);
  });

  it('end alike however recording, indexing and hearing run into each other', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `R-${i}`);
    const twin = fixture.twin();
    const histories = [
      tiers('m-1', 2, ['silver', '2026-06-01T00:00:00Z']),
      tiers('m-1', 3, ['silver', '2026-06-01T00:00:00Z'], ['gold', '2026-09-01T00:00:00Z']),
      tiers('m-1', 4, ['silver', '2026-06-01T00:00:00Z'], ['diamond', '2026-10-01T00:00:00Z']),
    ];
    let announced = 0;
    const indexSome = async () => {
      const all = await recorded();
      await hearAs(twin, 'purchaseRecorded', all.slice(announced));
      announced = all.length;
    };
    const hearing = (async () => {
      for (const history of histories) await fixture.hear('tierChanged', [history]);
    })();
    const recording = (async () => {
      for (const id of ids) await hearAs(twin, 'purchasePublished', [purchase(id)]);
    })();
    const indexing = (async () => {
      for (let i = 0; i < 10; i++) await indexSome();
    })();
    await Promise.all([hearing, recording, indexing]);
    await indexSome();
    for (const id of ids) expect([id, ...(await fixture.picture(id))]).toEqual([id, 'POINTS 300-0', 'GROWTH 150-0']);
  });
});
