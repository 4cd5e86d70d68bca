import {
  ACCRUED,
  accrued,
  ADJUSTED,
  adjusted,
  cancelled,
  EXPIRED,
  expired,
  GRANTED,
  granted,
  lot,
  MOVED,
  moved,
  REDEEMED,
  redeemed,
  REVERSED,
  reversed,
  SettlementFixture,
  WITHDRAWN,
  withdrawn,
} from './settlement-fixture';

let settlement: SettlementFixture;

beforeEach(async () => {
  settlement = await SettlementFixture.start();
});

afterEach(() => settlement?.stop());

const rows = async (): Promise<number> => {
  const { rows: found } = await settlement.pool.query<{ count: string }>('select count(*) as count from obligation');
  return Number(found[0]?.count);
};

describe('lots that no purchase granted', () => {
  it('are issued by the unit that owes for them, and redeemed where a loan is repaid with others', async () => {
    await settlement.hear(GRANTED, granted('m-1', 1, 'loan', lot('L1', 60)));
    await settlement.hear(ACCRUED, accrued('m-1', 2, lot('P1', 100, 'park')));
    await settlement.hear(WITHDRAWN, withdrawn('m-1', 3, 'loan-repayment', [], lot('P1', -60, 'park')));
    await expect(settlement.liability()).resolves.toEqual([
      'market undefined: issued 60 = 60',
      'park hz-001: issued 100 redeemed -60 = 40',
    ]);
  });

  it('are reversed where principal is refunded, and expired where its gift falls with it', async () => {
    await settlement.hear(GRANTED, granted('m-1', 1, 'top-up', lot('T1', 100), lot('B1', 20)));
    await settlement.hear(WITHDRAWN, withdrawn('m-1', 2, 'refund', [lot('B1', -12)], lot('T1', -50)));
    await settlement.hear(WITHDRAWN, withdrawn('m-2', 1, 'limit', [], lot('C1', -5)));
    await expect(settlement.liability()).resolves.toEqual([
      'market undefined: issued 120 reversed -55 expired -12 = 53',
    ]);
    await expect(settlement.rebuild()).resolves.toMatchObject({ equal: true });
  });
});

describe('an accrual', () => {
  it('makes its issuer owe the points of each lot at the cost of the lot', async () => {
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100), lot('P2', 30, 'park', '3/2')));
    await settlement.hear(ACCRUED, accrued('m-2', 1, lot('P3', 7, 'market', '1/50')));
    await expect(settlement.totals()).resolves.toEqual([
      'market hz-001 POINTS 107 = 7@1/50+100@1/100',
      'park hz-001 POINTS 30 = 30@3/2',
    ]);
    await expect(settlement.totals('park')).resolves.toEqual(['park hz-001 POINTS 30 = 30@3/2']);
  });

  it('that comes again by its place on the bus is not taken twice', async () => {
    const batch = settlement.say(ACCRUED, accrued('m-1', 1, lot('P1', 100)));
    await expect(settlement.deliver(batch)).resolves.toEqual(['done']);
    await expect(settlement.deliver(batch)).rejects.toMatchObject({ code: 'TS001' });
    const redriven = { ...batch, checkpoint: undefined };
    await settlement.deliver(redriven);
    await expect(settlement.deliver(redriven)).resolves.toEqual(['duplicate']);
    await expect(settlement.totals()).resolves.toEqual(['market hz-001 POINTS 100 = 100@1/100']);
  });

  it('that a relay repeated is owed once, within a batch and after it', async () => {
    const message = accrued('m-1', 1, lot('P1', 100));
    await settlement.hear(ACCRUED, message, accrued('m-2', 1, lot('P2', 5)), message);
    await settlement.hear(ACCRUED, message);
    await expect(settlement.totals()).resolves.toEqual(['market hz-001 POINTS 105 = 105@1/100']);
    await expect(rows()).resolves.toBe(2);
  });

  it('whose issuer was corrected moves what is owed from one unit to the other', async () => {
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 50)));
    await settlement.hear(ACCRUED, accrued('m-1', 2, lot('P1', -50), lot('P1', 45, 'mall')));
    await expect(settlement.totals()).resolves.toEqual([
      'mall hz-001 POINTS 45 = 45@1/100',
      'market hz-001 POINTS 0 = 0@1/100',
    ]);
  });

  it('of a score changes what nobody owes', async () => {
    await settlement.hear(ACCRUED, accrued('m-1', 1, { asset: 'GROWTH', issuer: 'market', amount: '200' }));
    await expect(settlement.totals()).resolves.toEqual([]);
  });
});

describe('amounts at the limit of one posting', () => {
  /** So many of the largest postings that they and no fewer leave 64 bits. */
  const COUNT = 1_025;
  const LARGEST = 9_000_000_000_000_000;

  it('add up to a total beyond 64 bits, in one batch and after it, and are taken back exactly', async () => {
    const members = Array.from({ length: COUNT }, (_, n) => `m-${n}`);
    await settlement.hear(ACCRUED, ...members.map((member) => accrued(member, 1, lot(`${member}-P`, LARGEST))));
    await expect(settlement.totals()).resolves.toEqual([
      'market hz-001 POINTS 9225000000000000000 = 9225000000000000000@1/100',
    ]);
    await settlement.hear(ACCRUED, accrued('m-0', 2, lot('m-0-Q', LARGEST)));
    await settlement.hear(REVERSED, reversed('m-0', 3, lot('m-0-Q', -1)));
    await expect(settlement.totals()).resolves.toEqual([
      'market hz-001 POINTS 9233999999999999999 = 9233999999999999999@1/100',
    ]);
    expect(await settlement.rebuild()).toMatchObject({ equal: true });
    const taken = members.map((member) => reversed(member, 4, lot(`${member}-P`, -LARGEST)));
    await settlement.hear(REVERSED, ...taken, reversed('m-0', 5, lot('m-0-Q', 1 - LARGEST)));
    await expect(settlement.totals()).resolves.toEqual(['market hz-001 POINTS 0 = 0@1/100']);
  });
});

describe('a reversal', () => {
  it('lessens what the issuer of the lot owes, whatever order it is heard in', async () => {
    await settlement.hear(REVERSED, reversed('m-1', 2, lot('P1', -40)));
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100)));
    await expect(settlement.totals()).resolves.toEqual(['market hz-001 POINTS 60 = 60@1/100']);
  });
});

describe('what is owed', () => {
  it('becomes redeemed with a capture, and is owed again with its cancellation', async () => {
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100), lot('P2', 30, 'park')));
    await settlement.hear(REDEEMED, redeemed('m-1', 2, lot('P1', -100), lot('P2', -10, 'park')));
    await settlement.hear(REDEEMED, cancelled('m-1', 3, lot('P1', 25)));
    await expect(settlement.liability()).resolves.toEqual([
      'market hz-001: issued 100 redeemed -75 = 25',
      'park hz-001: issued 30 redeemed -10 = 20',
    ]);
  });

  it('ends with the expiry of a lot, and a return out of breakage takes nothing of it twice', async () => {
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100)));
    await settlement.hear(EXPIRED, expired('m-1', 2, lot('P1', -60)));
    const outOfBreakage = [lot('P1', -15)];
    await settlement.hear(REVERSED, { ...reversed('m-1', 3, lot('P1', -40)), outOfBreakage });
    await expect(settlement.liability()).resolves.toEqual(['market hz-001: issued 100 reversed -55 expired -45 = 0']);
  });

  it('counts corrections at the unit that bears them, which no store issued', async () => {
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100)));
    const credit = { asset: 'POINTS', lot: '~adjustment:A3:POINTS', issuer: 'mall', amount: '7', unitCost: '1/50' };
    await settlement.hear(ADJUSTED, adjusted('m-1', 2, lot('P1', -30)), adjusted('m-1', 3, credit));
    await expect(settlement.liability()).resolves.toEqual([
      'mall undefined: adjusted 7 = 7',
      'market hz-001: issued 100 adjusted -30 = 70',
    ]);
  });

  it('stays at its unit with a transfer, whichever side is heard first', async () => {
    await settlement.hear(MOVED, moved('m-2', 1, 'm-1', lot('T1', 40)));
    await settlement.hear(MOVED, moved('m-1', 2, 'm-2', lot('P1', -40)));
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100)));
    await expect(settlement.liability()).resolves.toEqual([
      'market hz-001: issued 100 transferred -40 = 60',
      'market undefined: transferred 40 = 40',
    ]);
  });

  it('is lessened at the store that issued the lot, wherever it is returned or redeemed', async () => {
    await settlement.hear(REDEEMED, redeemed('m-1', 3, lot('P1', -20)));
    await settlement.hear(REVERSED, { ...reversed('m-1', 2, lot('P1', -30)), store: 'hz-002' });
    await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100)));
    await expect(settlement.liability()).resolves.toEqual(['market hz-001: issued 100 reversed -30 redeemed -20 = 50']);
  });

  it('is by day what was owed before and what the day brought, and ends where the totals stand', async () => {
    const monday = { effectiveAt: '2026-11-02T10:00:00.000Z' };
    await settlement.hear(
      ACCRUED,
      { ...accrued('m-1', 1, lot('P1', 100)), ...monday },
      accrued('m-2', 1, lot('P2', 10)),
    );
    await settlement.hear(
      REDEEMED,
      { ...redeemed('m-1', 2, lot('P1', -20)), ...monday },
      redeemed('m-1', 3, lot('P1', -5)),
    );
    await settlement.hear(EXPIRED, expired('m-1', 4, lot('P1', -50)));
    const { rows: days } = await settlement.pool.query(
      `select day::text, opening::text, issued::text, redeemed::text, expired::text, closing::text,
              closing - (opening + issued + reversed + redeemed + expired + adjusted + transferred) as fault
         from liability_day order by day`,
    );
    expect(days).toEqual([
      { day: '2026-11-02', opening: '0', issued: '100', redeemed: '-20', expired: '0', closing: '80', fault: '0' },
      { day: '2026-11-06', opening: '80', issued: '10', redeemed: '-5', expired: '-50', closing: '35', fault: '0' },
    ]);
    await expect(settlement.totals()).resolves.toEqual(['market hz-001 POINTS 35 = 35@1/100']);
  });
});

describe('the obligations', () => {
  it('are the same when they are built anew', async () => {
    const repeated = accrued('m-1', 1, lot('P1', 100));
    await settlement.hear(ACCRUED, repeated, accrued('m-2', 1, lot('P2', 50, 'park')), repeated);
    await settlement.hear(REVERSED, reversed('m-1', 2, lot('P1', -40)), reversed('m-2', 2, lot('P2', -50, 'park')));
    await settlement.hear(REDEEMED, redeemed('m-1', 3, lot('P1', -10)), cancelled('m-1', 4, lot('P1', 10)));
    await settlement.hear(EXPIRED, expired('m-1', 5, lot('P1', -5)));
    await settlement.hear(ADJUSTED, adjusted('m-1', 6, lot('P1', -2)));
    await settlement.hear(MOVED, moved('m-1', 7, 'm-2', lot('P1', -1)));
    const report = await settlement.rebuild();
    expect(report).toMatchObject({ equal: true, tables: [{ rows: 9 }, { rows: 8 }] });
    await expect(settlement.totals()).resolves.toEqual([
      'market hz-001 POINTS 52 = 52@1/100',
      'park hz-001 POINTS 0 = 0@1/100',
    ]);
  });

  it('agree with their totals when both topics are heard at once', async () => {
    const members = Array.from({ length: 40 }, (_, n) => `m-${n}`);
    const accruing = (async () => {
      for (const member of members) await settlement.hear(ACCRUED, accrued(member, 1, lot(`${member}-P`, 10)));
    })();
    const reversing = (async () => {
      for (const member of members) await settlement.hear(REVERSED, reversed(member, 2, lot(`${member}-P`, -4)));
    })();
    await Promise.all([accruing, reversing]);
    await expect(settlement.totals()).resolves.toEqual(['market hz-001 POINTS 240 = 240@1/100']);
    const { rows: sums } = await settlement.pool.query('select sum(points)::text as points from obligation');
    expect(sums).toEqual([{ points: '240' }]);
  });
});
