import type { PurchaseQualified } from '@tallystick/contracts';
import { position } from '@tallystick/decider';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { whenReturnQualifiedReverse } from '../src/policies/when-return-qualified-reverse';
import { accountOf, batchOf, LedgerFixture, linkedReturn, purchase, TENANT, unlinkedReturn } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
const TUESDAY = '2026-11-03T10:00:00.000Z';
const FRIDAY = '2026-11-06T10:00:00.000Z';

let ledger: LedgerFixture;

beforeEach(async () => {
  ledger = await LedgerFixture.start();
});

afterEach(() => ledger?.stop());

const accrue = (...messages: PurchaseQualified[]) => whenPurchaseQualifiedAccrue(ledger.application)(batchOf(messages));

async function typesOf(member: string): Promise<string[]> {
  const { events } = await ledger.store.readStream(`account-${TENANT}_${accountOf(member)}`);
  return events.map(({ type }) => type);
}

describe('a qualified purchase', () => {
  it('becomes a balance, a lot and a balanced journal row that says why', async () => {
    await expect(accrue(purchase('m-1', 'P1', MONDAY, 100))).resolves.toEqual([{ kind: 'done' }]);
    await ledger.project(1, 500);
    await expect(ledger.balances('m-1')).resolves.toEqual(['GROWTH 200/0', 'POINTS 100/0']);
    await expect(ledger.book.lots(accountOf('m-1'), '', 10)).resolves.toMatchObject([
      { lot: 'till-1:P1:POINTS', issuer: 'hotel', granted: '100', available: '100', reversed: '0', unitCost: '1/100' },
    ]);
    const [accrual, opened] = await ledger.book.statement(accountOf('m-1'), undefined, 10);
    expect(opened).toMatchObject({ revision: 0, type: 'AccountOpened', postings: [] });
    expect(accrual).toMatchObject({
      revision: 1,
      type: 'PointsAccrued',
      source: 'till-1',
      sourceId: 'P1',
      purchaseId: 'P1',
      receipt: 'ab'.repeat(32),
      store: 'hotel-1',
      effectiveAt: new Date(MONDAY),
      postings: [
        { book: 'issuer-obligation', asset: 'POINTS', issuer: 'hotel', amount: '-100' },
        { book: 'available', asset: 'POINTS', issuer: 'hotel', amount: '100' },
        { book: 'issuer-obligation', asset: 'GROWTH', issuer: 'hotel', amount: '-200' },
        { book: 'available', asset: 'GROWTH', issuer: 'hotel', amount: '200' },
      ],
    });
  });

  it('counts once, however often it comes within a batch and after it', async () => {
    const message = purchase('m-1', 'P1', MONDAY, 100);
    await expect(accrue(message, message)).resolves.toEqual([{ kind: 'done' }, { kind: 'duplicate' }]);
    await expect(accrue(message)).resolves.toEqual([{ kind: 'duplicate' }]);
    await expect(whenPurchaseQualifiedAccrue(ledger.twin())(batchOf([message]))).resolves.toEqual([
      { kind: 'duplicate' },
    ]);
    await expect(typesOf('m-1')).resolves.toEqual(['AccountOpened', 'PointsAccrued']);
  });

  it('moves the position of its consumer in the transaction of its events', async () => {
    const move = { partition: 0, epoch: 0, from: position(0), to: position(7) };
    const checkpoint = { consumer: 'ledger', topic: 'campaigns.purchase-qualified.v1', moves: [move] };
    const messages = [purchase('m-1', 'P1', MONDAY, 100), purchase('m-2', 'P2', MONDAY, 50)];
    let told = 0;
    await whenPurchaseQualifiedAccrue(ledger.application)(batchOf(messages, checkpoint, () => (told += 1)));
    expect(told).toBe(1);
    const { rows } = await ledger.pool.query('select position from consumer_position');
    expect(rows).toEqual([{ position: '7' }]);
  });

  it('takes its returns back from its own lot', async () => {
    const picture = { revision: 1, returns: [linkedReturn('R1', FRIDAY, 40)] };
    await accrue(purchase('m-1', 'P1', MONDAY, 100), purchase('m-1', 'P1', MONDAY, 100, picture));
    await ledger.project(1, 500);
    await expect(ledger.balances('m-1')).resolves.toEqual(['GROWTH 120/0', 'POINTS 60/0']);
    await expect(ledger.book.lots(accountOf('m-1'), '', 10)).resolves.toMatchObject([
      { granted: '100', available: '60', reversed: '40' },
    ]);
  });

  it('that comes late feeds a return that had found nothing', async () => {
    await whenReturnQualifiedReverse(ledger.application)(batchOf([unlinkedReturn('m-1', 'U1', FRIDAY, 80)]));
    await accrue(purchase('m-1', 'P1', TUESDAY, 100));
    await expect(typesOf('m-1')).resolves.toEqual([
      'AccountOpened',
      'PointsReversed',
      'PointsAccrued',
      'ReversalRecalculated',
    ]);
    await ledger.project(1, 1);
    await expect(ledger.balances('m-1')).resolves.toEqual(['GROWTH 200/0', 'POINTS 20/0']);
  });

  it('with an asset that nobody has declared waits for its declaration', async () => {
    const grants = [{ asset: 'COUNT-COFFEE', amount: '1', unitCost: '0', allocation: [] }];
    const message = purchase('m-1', 'P1', MONDAY, 0, { grants });
    await expect(accrue(message, purchase('m-2', 'P2', MONDAY, 5))).resolves.toEqual([
      { kind: 'retry', code: 'unknown-asset', giveUpAfterMs: 300_000 },
      { kind: 'done' },
    ]);
    const coffee = { asset: 'COUNT-COFFEE', kind: 'score' as const, scale: '0', unitCost: '0' };
    const metadata = { actor: 'user:test', commandId: 'f3b0a6a2-0d53-4d0c-9a53-3f6d4c1f7a03' };
    const twin = ledger.twin();
    await twin.assets.declare(TENANT, 'main', [coffee], metadata);
    await expect(whenPurchaseQualifiedAccrue(twin)(batchOf([message]))).resolves.toEqual([{ kind: 'done' }]);
  });

  it('of a member whose account it is not is refused with the code of the domain', async () => {
    const forged = purchase('m-1', 'P1', MONDAY, 100, { account: accountOf('m-2') });
    await expect(accrue(forged)).resolves.toMatchObject([{ kind: 'refused', code: 'account-mismatch' }]);
  });
});

describe('the account book', () => {
  /** Purchases, returns and amendments of several members, late ones among them. */
  async function aBusyWeek(): Promise<void> {
    const reverse = whenReturnQualifiedReverse(ledger.application);
    for (const member of ['m-1', 'm-2', 'm-3']) {
      await accrue(purchase(member, `${member}-B`, TUESDAY, 50), purchase(member, `${member}-C`, FRIDAY, 30));
      await reverse(batchOf([unlinkedReturn(member, `${member}-U`, FRIDAY, 120)]));
      const returns = [linkedReturn(`${member}-R`, FRIDAY, 20)];
      await accrue(
        purchase(member, `${member}-B`, TUESDAY, 45, { revision: 1, returns, issuer: 'mall' }),
        purchase(member, `${member}-A`, MONDAY, 25),
      );
    }
  }

  it('is the same whether built event by event or in large pages', async () => {
    await aBusyWeek();
    await ledger.project(1, 1);
    await ledger.project(2, 3);
    await ledger.project(3, 500);
    const rows = await ledger.rows(1);
    expect(rows.balance).toHaveLength(6);
    expect(await ledger.rows(2)).toEqual(rows);
    expect(await ledger.rows(3)).toEqual(rows);
  });

  it('holds what the lots, the journal and the streams say', async () => {
    await aBusyWeek();
    await ledger.project(1, 500);
    const { rows } = await ledger.pool.query(
      `with posted as (
         select account, asset, sum(amount) filter (where book = 'available') as available, sum(amount) as total
         from posting group by 1, 2),
       lots as (select account, asset, sum(available) as available from lot group by 1, 2)
       select b.account, b.asset, b.available, p.available::bigint as posted, p.total::bigint as total,
              l.available::bigint as lots
       from balance b join posted p using (account, asset) left join lots l using (account, asset)`,
    );
    expect(rows).toHaveLength(6);
    for (const row of rows) {
      const { state } = await ledger.application.accounts.load(TENANT, row.account);
      expect(row).toMatchObject({
        posted: row.available,
        total: '0',
        lots: row.asset === 'GROWTH' ? null : row.available,
        available: String(state.books.get(row.asset)?.available),
      });
    }
  });
});

describe('two writers of one ledger', () => {
  it('end with every purchase once, whoever was faster', async () => {
    const messages = Array.from({ length: 60 }, (_, n) => purchase(`m-${n % 4}`, `P${n}`, MONDAY, 10));
    const [one, other] = [ledger.application, ledger.twin()].map((application) =>
      whenPurchaseQualifiedAccrue(application),
    );
    const outcomes = await Promise.all([
      one!(batchOf(messages.slice(0, 40))),
      other!(batchOf(messages.slice(20))),
      other!(batchOf([...messages].reverse())),
    ]);
    // Both are told that it stands where they append the same events at the same revision; the log has them once.
    const { rows } = await ledger.pool.query(
      `select count(*)::int as accruals from event where type = 'PointsAccrued'`,
    );
    expect(rows).toEqual([{ accruals: 60 }]);
    expect(outcomes.flat().filter(({ kind }) => kind !== 'done' && kind !== 'duplicate')).toEqual([]);
    await ledger.project(1, 7);
    for (const member of ['m-0', 'm-1', 'm-2', 'm-3']) {
      await expect(ledger.balances(member)).resolves.toEqual(['GROWTH 300/0', 'POINTS 150/0']);
    }
  });
});
