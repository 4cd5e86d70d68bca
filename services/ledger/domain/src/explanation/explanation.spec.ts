import type { Instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account/account.commands';
import type { AccountEvent } from '../account/account.events';
import { EXAMPLE_ACCOUNT, growthGrant, linkedReturn, purchasePicture } from '../account/account.examples';
import {
  adjustPoints,
  captureHold,
  changeLimit,
  exchangePoints,
  grantLease,
  lendPoints,
  passTime,
  placeHold,
  reactivateLots,
  refundPrincipal,
  repayLoan,
  sendPoints,
  settleLease,
  topUp,
} from '../account/decisions/decision.examples';
import { arrivingTransfer } from '../account/decisions/lot-sources';
import { Pair } from '../account/decisions/merge.spec-data';
import { next, on, recorded } from '../as-of/as-of.spec-data';
import { asOf, fold, lotsOf } from '../as-of/as-of';
import { AccountHistory } from '../as-of/history';
import { explainBalance, explainLot, LotExplainer, MOST_EXPLAINED } from './explain';
import type { Explanation } from './graph';
import { Traces } from './traces';

/** Each flow as a sentence of its ends' kinds and names. */
function told(explanation: Explanation | undefined): string[] {
  const { nodes = [], flows = [] } = explanation ?? {};
  const name = (key: string): string => {
    const { kind, id, line, rule, by, name: of, till, lot, account, reason } = nodes.find((node) => node.key === key)!;
    return [kind, id, line, rule, by, of, till, account, lot, reason].filter((part) => part !== undefined).join(' ');
  };
  return flows.map(({ from, to, amount }) => `${name(from)} -${amount}-> ${name(to)}`);
}

const LATER = { at: on(28) };
const kettle = { asset: 'POINTS', score: false, amount: 100n, unitCost: '1/100' };
const bought = purchasePicture('P1', 1, 0n, {
  grants: [
    {
      ...kettle,
      allocation: [
        ['1', 'base', '60'],
        ['2', 'base', '30'],
        ['2', 'bonus', '10'],
      ],
      expiresAt: on(20),
    },
  ],
});

describe('the explanation of a lot', () => {
  it('goes back to lines and rules of its receipt, and on to what each point became', () => {
    const history = recorded([
      bought,
      placeHold('H1', 2, 40n, { expireUnderHold: 'protect', ttlSeconds: 86_400 }),
      captureHold('H1', 2, { amount: 25n }),
      sendPoints('T1', 3, 15n),
      { ...bought, revision: 1, returns: [linkedReturn('R1', 4, 10n)] },
    ]);
    const arriving = arrivingTransfer('demo', EXAMPLE_ACCOUNT, 'T1');
    expect(told(explainLot(history, LATER, 'till-1:P1:POINTS'))).toEqual([
      'receipt P1 -60-> line P1 1 base',
      'line P1 1 base -60-> lot till-1:P1:POINTS',
      'receipt P1 -30-> line P1 2 base',
      'line P1 2 base -30-> lot till-1:P1:POINTS',
      'receipt P1 -10-> line P1 2 bonus',
      'line P1 2 bonus -10-> lot till-1:P1:POINTS',
      'lot till-1:P1:POINTS -25-> hold H1',
      'hold H1 -25-> redeemed H1',
      'lot till-1:P1:POINTS -50-> due',
      'lot till-1:P1:POINTS -10-> return R1',
      expect.stringMatching(
        new RegExp(`^lot till-1:P1:POINTS -15-> transfer-out T1 .* ~transfer:${arriving}\\.0:POINTS$`),
      ),
    ]);
  });

  it('is that of the instant and of the knowledge that are asked', () => {
    const history = recorded([bought, placeHold('H1', 5, 40n, { expireUnderHold: 'protect', ttlSeconds: 86_400 })]);
    const leaves = (axes: { at: Instant; knownAt?: Instant }) =>
      told(explainLot(history, axes, 'till-1:P1:POINTS')).filter((flow) => flow.startsWith('lot'));
    expect(leaves({ at: on(4) })).toEqual(['lot till-1:P1:POINTS -100-> available']);
    expect(leaves({ at: on(5) })).toEqual([
      'lot till-1:P1:POINTS -60-> available',
      'lot till-1:P1:POINTS -40-> hold H1',
    ]);
    expect(leaves({ at: on(5), knownAt: on(1) })).toEqual(['lot till-1:P1:POINTS -100-> available']);
    expect(leaves({ at: on(6) })).toEqual([
      'lot till-1:P1:POINTS -100-> available',
      'lot till-1:P1:POINTS -0-> hold H1',
    ]);
  });

  it('names the event of each node, and none for what no job has booked', () => {
    const history = recorded([bought, passTime(10)]);
    const { nodes, seen } = explainLot(history, LATER, 'till-1:P1:POINTS')!;
    const revisions = Object.fromEntries(nodes.map(({ kind, stored }) => [kind, stored?.revision]));
    expect(revisions).toMatchObject({ receipt: 1, due: undefined });
    expect(seen).toEqual({ revision: 1, hash: 'hash-1' });
  });

  it('still sums up where an event that it does not know made the lot, or moved a part of it', () => {
    const history = recorded([bought, sendPoints('T1', 3, 15n)]);
    const { state } = fold(history, { at: on(5) });
    const lots = new LotExplainer(state, new Traces([], []));
    lots.explain(lotsOf(state)[0]!);
    expect(told(lots.graph)).toEqual([
      'unnamed -100-> lot till-1:P1:POINTS',
      'lot till-1:P1:POINTS -85-> available',
      'lot till-1:P1:POINTS -15-> elsewhere',
    ]);
  });

  it('names what granted it and what withdrew of it: value topped up, a loan, a limit', () => {
    const history = recorded([
      topUp('V1', 1, { bonusExpiresAt: on(20) }),
      refundPrincipal('B1', 2, 50n),
      lendPoints('L1', 3, 40n),
      repayLoan('Y1', 4, 'L1', 15n),
      changeLimit('C1', 5, 30n),
      changeLimit('C2', 6, -10n),
    ]);
    const { lots } = asOf(history, { at: on(7) });
    expect(lots.map(({ lot }) => told(explainLot(history, { at: on(7) }, lot)))).toEqual([
      [
        'grant top-up V1 -20-> lot ~bonus:V1.1:POINTS',
        'lot ~bonus:V1.1:POINTS -10-> available',
        'lot ~bonus:V1.1:POINTS -10-> fallen B1',
      ],
      [
        'grant credit C1 -30-> lot ~credit:C1.0:POINTS',
        'lot ~credit:C1.0:POINTS -20-> available',
        'lot ~credit:C1.0:POINTS -10-> withdrawal limit C2',
      ],
      ['grant loan L1 -40-> lot ~loan:L1.0:POINTS', 'lot ~loan:L1.0:POINTS -40-> available'],
      [
        'grant top-up V1 -100-> lot ~principal:V1.0:POINTS',
        'lot ~principal:V1.0:POINTS -35-> available',
        'lot ~principal:V1.0:POINTS -50-> withdrawal refund B1',
        'lot ~principal:V1.0:POINTS -15-> withdrawal loan-repayment Y1',
      ],
    ]);
  });

  it('names the till of a lease', () => {
    const history = recorded([bought, grantLease('L1', 2, 40n), settleLease('L1', 2, 25n)]);
    expect(told(explainLot(history, { at: on(3) }, 'till-1:P1:POINTS')).slice(6)).toEqual([
      'lot till-1:P1:POINTS -75-> available',
      'lot till-1:P1:POINTS -25-> hold L1 pos-7',
      'hold L1 pos-7 -25-> redeemed L1',
    ]);
  });

  it('loses what expired by what lives again', () => {
    const history = recorded([bought, passTime(20), reactivateLots('X1', 22, { until: on(25) })]);
    expect(told(explainLot(history, { at: on(23) }, 'till-1:P1:POINTS')).slice(6)).toEqual([
      'lot till-1:P1:POINTS -100-> available',
    ]);
    expect(told(explainLot(history, { at: on(26) }, 'till-1:P1:POINTS')).slice(6)).toEqual([
      'lot till-1:P1:POINTS -100-> due',
    ]);
  });

  it('names at both ends of an exchange the lot at the other', () => {
    const history = recorded([bought, exchangePoints('E1', 5, 4n)]);
    const [drawn, became] = ['till-1:P1:POINTS', '~exchange:E1.0:MILES'];
    const nodeOf = (lot: string, wanted: string) =>
      explainLot(history, { at: on(6) }, lot)!.nodes.find(({ kind }) => kind === wanted);
    expect(nodeOf(drawn, 'exchange-out')).toMatchObject({ name: 'E1', lot: became, asset: 'POINTS', amount: 4n });
    const arrived = { name: 'E1', lot: drawn, fromAsset: 'POINTS', asset: 'MILES', amount: 6n };
    expect(nodeOf(became, 'exchange-in')).toMatchObject(arrived);
  });

  it('names the purchase of a return, in whose receipt it is', () => {
    const history = recorded([bought, { ...bought, revision: 1, returns: [linkedReturn('R1', 4, 10n)] }]);
    const { nodes } = explainLot(history, LATER, 'till-1:P1:POINTS')!;
    expect(nodes.find(({ kind }) => kind === 'return')?.purchase).toEqual({ source: 'till-1', id: 'P1' });
  });

  it('is none where the lot is not known then', () => {
    expect(explainLot(recorded([bought]), { at: (on(1) - 1) as Instant }, 'till-1:P1:POINTS')).toBeUndefined();
    expect(explainLot(recorded([bought]), LATER, 'till-1:P2:POINTS')).toBeUndefined();
  });
});

describe('the explanation of a lot that came by a merge', () => {
  const ended = { expireUnderHold: 'protect', ttlSeconds: 86_400 } as const;
  const commands = [
    purchasePicture('P1', 1, 100n),
    placeHold('H1', 2, 40n, ended),
    captureHold('H1', 2, { amount: 25n }),
    adjustPoints('A1', 3, -5n),
  ];

  function merged(): { readonly history: AccountHistory; readonly pair: Pair } {
    const history = new AccountHistory();
    const take = (_: AccountCommand, events: readonly AccountEvent[]) =>
      events.forEach((event) => next(history, event));
    const pair = new Pair().tryFirst(commands);
    pair.trySecond([purchasePicture('P2', 1, 50n)], take).merge('M1', 10, undefined, take);
    pair.trySecond([placeHold('H2', 11, 30n, ended), captureHold('H2', 11)], take);
    return { history, pair };
  }

  it('names the merge and the other account, and what had become of it there', () => {
    const { history, pair } = merged();
    const [from] = pair.accounts;
    expect(told(explainLot(history, { at: on(12) }, 'till-1:P1:POINTS'))).toEqual([
      `merge-in M1 ${from} -100-> lot till-1:P1:POINTS`,
      'lot till-1:P1:POINTS -40-> available',
      'lot till-1:P1:POINTS -25-> hold H1',
      'hold H1 -25-> redeemed H1',
      'lot till-1:P1:POINTS -30-> hold H2',
      'hold H2 -30-> redeemed H2',
      `lot till-1:P1:POINTS -5-> left-before M1 ${from}`,
    ]);
  });

  it('is of a score one sum', () => {
    const grown = (id: string, amount: bigint) => purchasePicture(id, 1, 0n, { grants: [growthGrant(amount)] });
    const history = new AccountHistory();
    const pair = new Pair().first(grown('P1', 80n), grown('P3', 7n));
    const take = (_: AccountCommand, events: readonly AccountEvent[]) =>
      events.forEach((event) => next(history, event));
    pair.trySecond([grown('P2', 50n)], take).merge('M1', 10, undefined, take);
    expect(told(explainBalance(history, { at: on(12) }, 'GROWTH'))).toEqual([
      'receipt P2 -50-> line P2 1 growth',
      'line P2 1 growth -50-> score',
      `merge-in M1 ${pair.accounts[0]} -87-> score`,
      'score -137-> available',
    ]);
  });

  it('is in the account that stands for itself again what the other left of it', () => {
    const history = new AccountHistory();
    const take = (_: AccountCommand, events: readonly AccountEvent[]) =>
      events.forEach((event) => next(history, event));
    const pair = new Pair().tryFirst(commands, take).second(purchasePicture('P2', 1, 50n));
    pair.merge('M1', 10, take).unmerge('M1', 12, take);
    expect(told(explainLot(history, { at: on(13) }, 'till-1:P1:POINTS'))).toEqual([
      'receipt P1 -100-> line P1 1 one-per-yuan',
      'line P1 1 one-per-yuan -100-> lot till-1:P1:POINTS',
      'lot till-1:P1:POINTS -70-> available',
      'lot till-1:P1:POINTS -25-> hold H1',
      'hold H1 -25-> redeemed H1',
      `lot till-1:P1:POINTS -5-> left-before M1 ${pair.accounts[1]}`,
    ]);
    expect(explainLot(history, { at: on(11) }, 'till-1:P1:POINTS')).toBeUndefined();
  });
});

describe('the explanation of a balance', () => {
  it('is every lot with something left, the one that ends first before the others', () => {
    const history = recorded([purchasePicture('P2', 1, 30n), bought, adjustPoints('A1', 2, 5n)]);
    expect(told(explainBalance(history, { at: on(3) }, 'POINTS')).filter((flow) => flow.endsWith('available'))).toEqual(
      [
        'lot till-1:P1:POINTS -100-> available',
        'lot till-1:P2:POINTS -30-> available',
        'lot ~adjustment:A1:POINTS -5-> available',
      ],
    );
  });

  it('of a score is its purchases less what returns took', () => {
    const grown = purchasePicture('P1', 1, 0n, { grants: [growthGrant(80n)] });
    const back = { ...linkedReturn('R1', 2, 0n), amounts: [{ asset: 'GROWTH', score: true, amount: 30n }] };
    const history = recorded([grown, { ...grown, revision: 1, returns: [back] }]);
    expect(told(explainBalance(history, LATER, 'GROWTH'))).toEqual([
      'receipt P1 -80-> line P1 1 growth',
      'line P1 1 growth -80-> score',
      'score -30-> return R1',
      'score -50-> available',
    ]);
  });

  it('sums up what lies beyond the lots that it shows one by one', () => {
    const many = Array.from({ length: MOST_EXPLAINED + 3 }, (_, at) => purchasePicture(`P${at}`, 1, 2n));
    const { nodes } = explainBalance(recorded(many), LATER, 'POINTS')!;
    expect(nodes.filter(({ kind }) => kind === 'lot')).toHaveLength(MOST_EXPLAINED);
    expect(nodes.find(({ kind }) => kind === 'further')).toMatchObject({ count: 3, amount: 6n });
    expect(nodes.find(({ kind }) => kind === 'available')).toMatchObject({ amount: BigInt(2 * many.length) });
  });

  it('is none of an asset that the account never had', () => {
    expect(explainBalance(recorded([bought]), LATER, 'MILES')).toBeUndefined();
  });
});
