import type { Instant } from '@tallystick/vocabulary';
import { growthGrant, linkedReturn, purchasePicture } from '../account/account.examples';
import { adjustPoints, captureHold, passTime, placeHold, sendPoints } from '../account/decisions/decision.examples';
import { on, recorded } from '../as-of/as-of.spec-data';
import { fold, lotsOf } from '../as-of/as-of';
import { explainBalance, explainLot, LotExplainer, MOST_EXPLAINED } from './explain';
import type { Explanation } from './graph';
import { Traces } from './traces';

/** Each flow as a sentence of its ends' kinds and names. */
function told(explanation: Explanation | undefined): string[] {
  const { nodes = [], flows = [] } = explanation ?? {};
  const name = (key: string): string => {
    const { kind, id, line, rule, name: of, lot, account, reason } = nodes.find((node) => node.key === key)!;
    return [kind, id, line, rule, of, account, lot, reason].filter((part) => part !== undefined).join(' ');
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
      expect.stringMatching(/^lot till-1:P1:POINTS -15-> transfer-out T1 .* ~transfer:T1\.0:POINTS$/),
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

  it('is none where the lot is not known then', () => {
    expect(explainLot(recorded([bought]), { at: (on(1) - 1) as Instant }, 'till-1:P1:POINTS')).toBeUndefined();
    expect(explainLot(recorded([bought]), LATER, 'till-1:P2:POINTS')).toBeUndefined();
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
