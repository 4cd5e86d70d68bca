import { type Instant, instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand } from '../account/account.commands';
import { accountDecider } from '../account/account.decider';
import {
  growthGrant,
  january,
  linkedReturn,
  pointsGrant,
  purchasePicture,
  unlinkedReturn,
} from '../account/account.examples';
import {
  adjustPoints,
  cancelRedemption,
  captureHold,
  exchangePoints,
  importPoints,
  passTime,
  placeHold,
  receivePoints,
  releaseHold,
  sendPoints,
} from '../account/decisions/decision.examples';
import { asOf, balancesAsOf } from '../as-of/as-of';
import { AccountHistory } from '../as-of/history';
import { explainBalance, explainLot, MOST_EXPLAINED } from './explain';
import type { Explanation } from './graph';

const on = (day: number): Instant => instant(january(day));

/** Each command is recorded a minute after the one before; what is refused is no part of the history. */
function recorded(...commands: readonly AccountCommand[]): AccountHistory {
  const history = new AccountHistory();
  let state = accountDecider.initial();
  commands.forEach((command, index) => {
    const outcome = accountDecider.decide(command, state);
    if ('rejected' in outcome) return;
    for (const event of outcome) {
      const revision = history.events.length;
      const recordedAt = (on(1) + index * 60_000) as Instant;
      history.take({ revision, position: String(revision), recordedAt, hash: `hash-${revision}`, event });
      state = accountDecider.evolve(state, event);
    }
  });
  return history;
}

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
    const history = recorded(
      bought,
      placeHold('H1', 2, 40n, { expireUnderHold: 'protect', ttlSeconds: 86_400 }),
      captureHold('H1', 2, { amount: 25n }),
      sendPoints('T1', 3, 15n),
      { ...bought, revision: 1, returns: [linkedReturn('R1', 4, 10n)] },
    );
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
    const history = recorded(bought, placeHold('H1', 5, 40n, { expireUnderHold: 'protect', ttlSeconds: 86_400 }));
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
    const history = recorded(bought, passTime(10));
    const { nodes, seen } = explainLot(history, LATER, 'till-1:P1:POINTS')!;
    const revisions = Object.fromEntries(nodes.map(({ kind, stored }) => [kind, stored?.revision]));
    expect(revisions).toMatchObject({ receipt: 1, due: undefined });
    expect(seen).toEqual({ revision: 1, hash: 'hash-1' });
  });

  it('is none where the lot is not known then', () => {
    expect(explainLot(recorded(bought), { at: (on(1) - 1) as Instant }, 'till-1:P1:POINTS')).toBeUndefined();
    expect(explainLot(recorded(bought), LATER, 'till-1:P2:POINTS')).toBeUndefined();
  });
});

describe('the explanation of a balance', () => {
  it('is every lot with something left, the one that ends first before the others', () => {
    const history = recorded(purchasePicture('P2', 1, 30n), bought, adjustPoints('A1', 2, 5n));
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
    const history = recorded(grown, { ...grown, revision: 1, returns: [back] });
    expect(told(explainBalance(history, LATER, 'GROWTH'))).toEqual([
      'receipt P1 -80-> line P1 1 growth',
      'line P1 1 growth -80-> score',
      'score -30-> return R1',
      'score -50-> available',
    ]);
  });

  it('sums up what lies beyond the lots that it shows one by one', () => {
    const many = Array.from({ length: MOST_EXPLAINED + 3 }, (_, at) => purchasePicture(`P${at}`, 1, 2n));
    const { nodes } = explainBalance(recorded(...many), LATER, 'POINTS')!;
    expect(nodes.filter(({ kind }) => kind === 'lot')).toHaveLength(MOST_EXPLAINED);
    expect(nodes.find(({ kind }) => kind === 'further')).toMatchObject({ count: 3, amount: 6n });
    expect(nodes.find(({ kind }) => kind === 'available')).toMatchObject({ amount: BigInt(2 * many.length) });
  });

  it('is none of an asset that the account never had', () => {
    expect(explainBalance(recorded(bought), LATER, 'MILES')).toBeUndefined();
  });
});

describe('whatever happens', () => {
  const day = fc.integer({ min: 1, max: 28 });
  const amount = fc.bigInt({ min: 1n, max: 60n });
  const hold = fc.constantFrom('H1', 'H2', 'H3');
  /** What happens at a day: decisions then, facts that day or, told late, whenever they were. */
  type Act = (now: number) => AccountCommand;
  const purchase = fc
    .record({
      // When a purchase was made never changes, whatever its later pictures say.
      bought: fc.constantFrom(['P1', 1] as const, ['P2', 3] as const, ['P3', 9] as const),
      granted: amount,
      revision: fc.nat({ max: 3 }),
      ends: fc.option(day, { nil: undefined }),
      back: fc.option(amount, { nil: undefined }),
    })
    .map(({ bought: [id, from], granted, revision, ends, back }): Act => {
      const grant = pointsGrant(granted, ends === undefined || ends <= from ? {} : { expiresAt: on(ends) });
      const returns = back ? [linkedReturn(`R${id}`, from + 4, back, 7n)] : [];
      return () => purchasePicture(id, from, 0n, { revision, grants: [grant, growthGrant(granted)], returns });
    });
  const placed = fc.tuple(hold, amount, day).map(([name, held, days]): Act => {
    return (now) => placeHold(name, now, held, { expireUnderHold: 'protect', ttlSeconds: days * 43_200 });
  });
  const credited = fc.bigInt({ min: -40n, max: 40n }).filter((given) => given !== 0n);
  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 6, arbitrary: purchase },
    {
      weight: 1,
      arbitrary: fc.tuple(day, amount).map(
        ([was, asked]): Act =>
          () =>
            unlinkedReturn('U1', was, asked),
      ),
    },
    { weight: 4, arbitrary: placed },
    {
      weight: 3,
      arbitrary: hold.map(
        (name): Act =>
          (now) =>
            captureHold(name, now, {}),
      ),
    },
    {
      weight: 1,
      arbitrary: hold.map(
        (name): Act =>
          (now) =>
            releaseHold(name, now),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(hold, amount).map(([name, undone]): Act => {
        return (now) => cancelRedemption(name, 'C1', now, { amount: undone });
      }),
    },
    {
      weight: 1,
      arbitrary: credited.map(
        (given): Act =>
          (now) =>
            adjustPoints('A1', now, given),
      ),
    },
    {
      weight: 1,
      arbitrary: credited.map(
        (given): Act =>
          (now) =>
            adjustPoints('A2', now, given),
      ),
    },
    {
      weight: 2,
      arbitrary: amount.map(
        (sent): Act =>
          (now) =>
            sendPoints('T1', now, sent),
      ),
    },
    { weight: 1, arbitrary: fc.constant<Act>((now) => receivePoints('T2', now)) },
    { weight: 1, arbitrary: fc.constant<Act>((now) => importPoints('I1', now)) },
    {
      weight: 2,
      arbitrary: amount.map(
        (given): Act =>
          (now) =>
            exchangePoints('E1', now, given),
      ),
    },
    { weight: 2, arbitrary: fc.constant<Act>((now) => passTime(now)) },
  );
  const histories = fc
    .array(act, { minLength: 1, maxLength: 20 })
    .map((acts) => recorded(...acts.map((one, index) => one(index + 9))));
  const asked = fc.record({ at: day.map(on), knownAt: fc.option(fc.nat({ max: 20 }), { nil: undefined }) });
  const axesOf = ({ at, knownAt }: { at: Instant; knownAt?: number }) => {
    return { at, knownAt: knownAt === undefined ? undefined : ((on(1) + knownAt * 60_000) as Instant) };
  };

  /** What flows into each node, out of it, and what it says of itself. */
  function balanced({ nodes, flows }: Explanation): void {
    const known = new Set(nodes.map(({ key }) => key));
    for (const { from, to } of flows) expect([known.has(from), known.has(to)]).toEqual([true, true]);
    for (const { key, amount: own } of nodes) {
      const into = flows.filter(({ to }) => to === key);
      const out = flows.filter(({ from }) => from === key);
      const sum = (some: typeof flows) => some.reduce((total, one) => total + one.amount, 0n);
      if (into.length > 0) expect([key, sum(into)]).toEqual([key, own]);
      if (out.length > 0) expect([key, sum(out)]).toEqual([key, own]);
    }
  }

  it('origins and leaves of every lot sum to what was granted, part by part', () => {
    fc.assert(
      fc.property(histories, asked, (history, question) => {
        const axes = axesOf(question);
        for (const lot of asOf(history, axes).lots) {
          const explanation = explainLot(history, axes, lot.lot)!;
          balanced(explanation);
          const sums = new Map<string, bigint>();
          for (const { kind, amount: own } of explanation.nodes) sums.set(kind, (sums.get(kind) ?? 0n) + own);
          const sum = (...kinds: string[]) => kinds.reduce((total, kind) => total + (sums.get(kind) ?? 0n), 0n);
          expect({
            ...{
              lot: lot.lot,
              granted: sum('line', 'whole', 'kept', 'credit', 'transfer-in', 'import', 'exchange-in'),
            },
            ...{ pending: sum('pending'), available: sum('available'), held: sum('held'), spent: sum('redeemed') },
            ...{ expired: sum('expired', 'due', 'forfeited'), reversed: sum('return') },
            moved: sum('debit', 'transfer-out', 'exchange-out'),
          }).toEqual({
            ...{ lot: lot.lot, granted: lot.granted, pending: lot.pending, available: lot.available, held: lot.held },
            ...{ spent: lot.spent, expired: lot.expired, reversed: lot.reversed, moved: lot.moved },
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('what flows into a balance is the balance', () => {
    fc.assert(
      fc.property(histories, asked, (history, question) => {
        const axes = axesOf(question);
        for (const { asset, available, pending } of balancesAsOf(history, axes)) {
          const explanation = explainBalance(history, axes, asset)!;
          balanced(explanation);
          const of = (kind: string) => explanation.nodes.find((node) => node.kind === kind)?.amount ?? 0n;
          expect([asset, of('available'), of('pending')]).toEqual([asset, available, pending]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
