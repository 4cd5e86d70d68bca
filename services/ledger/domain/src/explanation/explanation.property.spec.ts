import type { Instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import { command, day } from '../account/decisions/random-commands.spec-data';
import { asOf, balancesAsOf } from '../as-of/as-of';
import { asTheyCome, on, recorded } from '../as-of/as-of.spec-data';
import { explainBalance, explainLot } from './explain';
import type { Explanation } from './graph';

describe('the explanation of a random account', () => {
  /** Whatever an account can be asked for; decisions are taken one after the other, facts come when they come. */
  const histories = fc.array(command, { minLength: 1, maxLength: 25 }).map((list) => recorded(asTheyCome(list)));
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
              granted: sum('line', 'whole', 'kept', 'credit', 'transfer-in', 'import', 'exchange-in', 'grant'),
            },
            ...{ pending: sum('pending'), available: sum('available'), held: sum('held'), spent: sum('redeemed') },
            ...{ expired: sum('expired', 'due', 'forfeited', 'fallen'), reversed: sum('return') },
            moved: sum('debit', 'transfer-out', 'exchange-out', 'withdrawal'),
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
