import { isRejection } from '@tallystick/decider';
import fc from 'fast-check';
import {
  cards,
  giveBack,
  growthPerYuan,
  line,
  pointPerYuan,
  receipt,
  record,
  reevaluation,
  rulesOf,
} from '../examples/examples';
import { tierAt } from '../evaluation/tiers';
import type { Evaluation } from '../evaluation/evaluation';
import type { PurchaseCommand } from './purchase.commands';
import { purchaseDecider } from './purchase.decider';
import { purchaseInvariants } from './purchase.invariants';
import type { PurchaseContent } from './purchase.content';

const edges = [{ from: '900', rate: '3/2' }];
const rules = rulesOf(
  { ...pointPerYuan, rate: '1/7', tierFactors: cards, brackets: { mode: 'whole', below: '1', edges } },
  {
    ...pointPerYuan,
    id: 'by-line',
    rate: '1/3',
    brackets: { mode: 'marginal', below: '1', edges },
    rounding: { mode: 'half-up', level: 'line' },
  },
  { ...growthPerYuan, rate: '1/10', base: { tendersExcluded: ['coupon', 'points', 'gift'] } },
);
const HISTORIES = [
  [],
  [{ tier: 'silver', validFrom: '2026-03-01T00:00:00.000Z' }],
  [
    { tier: 'silver', validFrom: '2026-03-01T00:00:00.000Z' },
    { tier: 'gold', validFrom: '2026-06-01T00:00:00.000Z' },
  ],
];

interface Facts {
  readonly purchase: PurchaseContent;
  readonly returns: readonly { readonly line: number; readonly quantity: number; readonly minute: number }[];
}

const facts: fc.Arbitrary<Facts> = fc
  .record({
    lines: fc.array(fc.tuple(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 1, max: 4 })), {
      minLength: 1,
      maxLength: 3,
    }),
    couponOf: fc.integer({ min: 0, max: 100 }),
    returns: fc.array(fc.record({ line: fc.nat(2), quantity: fc.constant(1), minute: fc.nat(3) }), { maxLength: 4 }),
  })
  .map(({ lines, couponOf, returns }) => {
    const bought = lines.map(([amount, quantity], index) =>
      line(String(index), String(amount), { quantity: String(quantity) }),
    );
    const total = lines.reduce((sum, [amount]) => sum + amount, 0);
    const coupon = Math.min(total, couponOf);
    const tenders = [
      { kind: 'coupon', amount: String(coupon) },
      { kind: 'cash', amount: String(total - coupon) },
    ];
    const left = lines.map(([, quantity]) => quantity);
    const fitting = returns.filter((one) => one.line < left.length && left[one.line]!-- > 0);
    return { purchase: receipt(bought, { tenders }), returns: fitting };
  });

/** Commands as messages bring them: the tier of a purchase is what was heard before it, corrected when more is heard. */
function play({ purchase, returns }: Facts, order: readonly number[]): Evaluation {
  let state = purchaseDecider.initial();
  let heard = -1;
  const carryOut = (command: PurchaseCommand): void => {
    const decision = purchaseDecider.decide(command, state);
    if (isRejection(decision)) throw new Error(`${command.kind}: ${decision.rejected}`);
    for (const event of decision) {
      state = purchaseDecider.evolve(state, event);
      expect(purchaseInvariants(state)).toEqual([]);
    }
  };
  const tier = () => tierAt(HISTORIES[heard + 1]!, purchase.occurredAt);
  for (const step of order) {
    if (step === 0) {
      carryOut(record(purchase, rules, { tier: tier(), ...(heard < 0 ? {} : { heard }) }));
    } else if (step <= 2) {
      if (step - 1 > heard) heard = step - 1;
      carryOut(reevaluation(tier(), heard, rules));
    } else {
      const { line: at, quantity, minute } = returns[step - 3]!;
      const occurredAt = `2026-11-23T12:0${minute}:00.000Z`;
      carryOut(giveBack(`b-${step}`, [{ line: String(at), quantity: String(quantity) }], rules, { occurredAt }));
    }
  }
  return state.recorded!.evaluation;
}

describe('a purchase, its returns and the tiers heard', () => {
  it('end in the same picture in any order and with any repetition', () => {
    const cases = facts.chain((one) => {
      const steps = Array.from({ length: 3 + one.returns.length }, (_, index) => index);
      const repeated = fc.array(fc.constantFrom(...steps), { maxLength: 3 });
      return fc.record({
        facts: fc.constant(one),
        straight: fc.constant(steps),
        shuffled: fc.shuffledSubarray(steps, { minLength: steps.length }),
        repeated,
      });
    });
    fc.assert(
      fc.property(cases, ({ facts: one, straight, shuffled, repeated }) => {
        expect(play(one, [...shuffled, ...repeated])).toEqual(play(one, straight));
      }),
      { numRuns: 1_000 },
    );
  });

  it('give back no more than was granted, and everything once everything came back', () => {
    fc.assert(
      fc.property(facts, ({ purchase }) => {
        const all = purchase.lines.flatMap(({ quantity }, at) =>
          Array.from({ length: Number(quantity) }, (_, minute) => ({ line: at, quantity: 1, minute: minute % 4 })),
        );
        const { grants, returns } = play({ purchase, returns: all }, [2, 0, ...all.map((_, index) => index + 3)]);
        for (const { asset, amount } of grants) {
          const taken = returns.flatMap(({ amounts }) => amounts.filter((one) => one.asset === asset));
          expect(taken.reduce((sum, one) => sum + BigInt(one.amount), 0n)).toBe(BigInt(amount));
        }
      }),
      { numRuns: 300 },
    );
  });
});
