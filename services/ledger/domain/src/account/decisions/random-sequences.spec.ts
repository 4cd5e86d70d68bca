import { canonicalJson, isRejection } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand } from '../account.commands';
import { accountDecider } from '../account.decider';
import { january, linkedReturn, pointsGrant, purchasePicture, unlinkedReturn } from '../account.examples';
import type { AccountState, Clawback } from '../account.state';
import {
  activateLots,
  adjustPoints,
  cancelRedemption,
  captureHold,
  extendExpiry,
  passTime,
  placeHold,
  receivePoints,
  releaseHold,
  sendPoints,
} from './decision.examples';

const day = fc.integer({ min: 1, max: 28 });
const amount = fc.bigInt({ min: 1n, max: 60n });
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const purchaseId = fc.constantFrom('P1', 'P2', 'P3', 'P4', 'P5');
const holdId = fc.constantFrom('H1', 'H2', 'H3', 'H4');
const clawback = some(fc.constantFrom<Clawback>('only_pending', 'same_lot', 'within_balance', 'unlimited', 'floor:20'));

const purchase = fc
  .record({
    id: purchaseId,
    on: day,
    revision: fc.nat({ max: 3 }),
    grants: fc.bigInt({ min: 0n, max: 60n }),
    issuer: fc.constantFrom('hotel', 'mall'),
    expires: some(day),
    matures: fc.oneof(
      fc.constant({}),
      fc.constant({ activatesOn: 'shipped' }),
      day.map((d) => ({ activatesAt: instant(january(d)) })),
    ),
    returns: fc.array(fc.record({ id: fc.constantFrom('R1', 'R2'), on: day, amount, clawback }), { maxLength: 2 }),
  })
  .map(({ id, on, revision, grants, issuer, expires, matures, returns }): AccountCommand => {
    const expiry = expires === undefined ? {} : { expiresAt: instant(january(expires)) };
    const named = new Map(returns.map((one) => [one.id, one]));
    return purchasePicture(id, on, 0n, {
      revision,
      issuer,
      grants: [pointsGrant(grants, { ...expiry, ...matures })],
      returns: [...named.values()].map((one) => {
        const linked = linkedReturn(`${one.id}-${id}`, one.on, one.amount);
        return { ...linked, amounts: linked.amounts.map((asked) => ({ ...asked, clawback: one.clawback })) };
      }),
    });
  });

const unlinked = fc
  .record({ id: fc.constantFrom('U1', 'U2'), on: day, amount, revision: fc.nat({ max: 2 }), clawback })
  .map(({ id, on, amount: asked, revision, clawback: policy }) => {
    const amounts = [{ asset: 'POINTS', score: false, amount: asked, clawback: policy }];
    return unlinkedReturn(id, on, asked, { revision, amounts });
  });

const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  { weight: 5, arbitrary: purchase },
  { weight: 2, arbitrary: unlinked },
  {
    weight: 4,
    arbitrary: fc
      .record({
        hold: holdId,
        on: day,
        amount,
        policy: fc.constantFrom('protect' as const, 'lapse' as const),
        days: day,
      })
      .map(({ hold, on, amount: held, policy, days }) =>
        placeHold(hold, on, held, { expireUnderHold: policy, ttlSeconds: days * 43_200 }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ hold: holdId, on: day, amount: some(amount), beyondHold: fc.boolean() })
      .map(({ hold, on, amount: captured, beyondHold }) => captureHold(hold, on, { amount: captured, beyondHold })),
  },
  { weight: 2, arbitrary: fc.tuple(holdId, day).map(([hold, on]) => releaseHold(hold, on)) },
  {
    weight: 2,
    arbitrary: fc
      .record({ hold: holdId, id: fc.constantFrom('C1', 'C2', 'C3'), on: day, amount: some(amount), grace: some(day) })
      .map(({ hold, id, on, amount: undone, grace }) => {
        const graceUntil = grace === undefined ? undefined : instant(january(grace));
        return cancelRedemption(hold, id, on, { amount: undone, graceUntil });
      }),
  },
  { weight: 2, arbitrary: day.map(passTime) },
  { weight: 1, arbitrary: fc.tuple(purchaseId, day).map(([id, on]) => activateLots(id, on, 'shipped')) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('X1', 'X2'), day, day).map(([id, on, to]) => extendExpiry(id, on, to)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('A1', 'A2', 'A3'), day, fc.bigInt({ min: -40n, max: 40n }), some(day))
      .filter(([, , adjusted]) => adjusted !== 0n)
      .map(([id, on, adjusted, expires]) => {
        const expiresAt = expires === undefined ? undefined : instant(january(expires));
        return adjustPoints(id, on, adjusted, { expiresAt });
      }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('T1', 'T2'), day, amount).map(([id, on, sent]) => sendPoints(id, on, sent)),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('T3', 'T4'), day).map(([id, on]) => receivePoints(id, on)) },
);

const RUNS = Number(process.env.TALLY_PROPERTY_RUNS ?? 1_000);

/** Carries commands out as the executor does: refusals change nothing. */
function carryOut(commands: readonly AccountCommand[], after: (state: AccountState, one: AccountCommand) => void) {
  let state = accountDecider.initial();
  for (const one of commands) {
    const decision = accountDecider.decide(one, state);
    for (const event of isRejection(decision) ? [] : decision) {
      const stored: unknown = JSON.parse(canonicalJson(event.data));
      state = accountDecider.evolve(state, accountDecider.upcast(event.type, event.version, stored));
      expect({ after: event.type, broken: accountDecider.invariants(state) }).toEqual({
        after: event.type,
        broken: [],
      });
    }
    after(state, one);
  }
  return state;
}

describe('an account, whatever is asked of it in whatever order', () => {
  it('keeps its invariants after every event, and is quiet or refuses when a command is repeated', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), (commands) => {
        carryOut(commands, (state, one) => {
          const again = accountDecider.decide(one, state);
          if (!isRejection(again)) expect(again).toEqual([]);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps its snapshot the same as its fold', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), (commands) => {
        const codec = accountDecider.snapshot!;
        const state = carryOut(commands, () => undefined);
        expect(codec.decode(JSON.parse(canonicalJson(codec.encode(state))))).toEqual(state);
      }),
      { numRuns: RUNS / 5 },
    );
  });
});
