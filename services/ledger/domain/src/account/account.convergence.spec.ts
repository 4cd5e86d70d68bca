import { canonicalJson, isRejection } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand, AssetAmount, FactCommand } from './account.commands';
import { accountDecider } from './account.decider';
import { growthGrant, january, linkedReturn, pointsGrant, purchasePicture, unlinkedReturn } from './account.examples';
import type { AccountState } from './account.state';

/** What two accounts must agree on: balances, lots, and what every reversal took from where. */
type Outcome = Record<string, unknown>;

function outcomeOf(state: AccountState): Outcome {
  const lots: Record<string, string> = {};
  const reversals: Record<string, unknown> = {};
  for (const fact of state.facts) {
    if (fact.kind === 'accrual') {
      for (const { lot, granted, remaining } of fact.holdings)
        if (lot) lots[lot] = `${remaining} of ${granted} by ${fact.issuer}`;
      continue;
    }
    const items = fact.items.map(({ asset, asked, taken, slices }) => {
      const parts = slices?.map(({ lot, issuer, amount }) => `${lot} ${issuer} ${amount}`).sort();
      return `${asset}: ${taken} of ${asked} ${parts ?? ''}`;
    });
    if (items.length > 0) reversals[`${fact.id}/${fact.purchase ?? ''}`] = items.sort();
  }
  const balances: Record<string, string> = {};
  for (const [asset, { available, uncollectable }] of state.books) {
    if (available !== 0n || uncollectable !== 0n) balances[asset] = `${available} ${uncollectable}`;
  }
  return { balances, lots, reversals };
}

function applyAll(commands: readonly AccountCommand[]): AccountState {
  let state = accountDecider.initial();
  for (const command of commands) {
    const decision = accountDecider.decide(command, state);
    if (isRejection(decision)) throw new Error(canonicalJson(decision));
    for (const event of decision) {
      state = accountDecider.evolve(
        state,
        accountDecider.upcast(event.type, event.version, JSON.parse(canonicalJson(event.data))),
      );
      expect(accountDecider.invariants(state)).toEqual([]);
    }
  }
  return state;
}

interface NaiveLot {
  lot: string;
  asset: string;
  issuer: string;
  granted: bigint;
  remaining: bigint;
  sort: string;
}

/** The newest pictures, their facts sorted by one text, every lot scanned for every reversal: slow and obvious. */
function naive(commands: readonly FactCommand[]): Outcome {
  const newest = new Map<string, FactCommand>();
  for (const command of commands) {
    const key = command.kind === 'apply-evaluation' ? `p${command.purchase.id}` : `r${command.return.id}`;
    if ((newest.get(key)?.revision ?? -1) < command.revision) newest.set(key, command);
  }
  const facts = [...newest.values()].flatMap(factsOf).sort((a, b) => (a.sort < b.sort ? -1 : 1));
  const lots: NaiveLot[] = [];
  const sums: Record<string, { available: bigint; lost: bigint }> = {};
  const reversals: Record<string, unknown> = {};
  for (const { run, id } of facts) {
    const items = run(lots, sums);
    if (items.length > 0) reversals[id] = items.sort();
  }
  const balances = Object.fromEntries(
    Object.entries(sums)
      .filter(([, { available, lost }]) => available !== 0n || lost !== 0n)
      .map(([asset, { available, lost }]) => [asset, `${available} ${-lost}`]),
  );
  const shown = Object.fromEntries(
    lots.map(({ lot, remaining, granted, issuer }) => [lot, `${remaining} of ${granted} by ${issuer}`]),
  );
  return { balances, lots: shown, reversals };
}

interface NaiveFact {
  sort: string;
  id: string;
  run(lots: NaiveLot[], sums: Record<string, { available: bigint; lost: bigint }>): string[];
}

function factsOf(command: FactCommand): NaiveFact[] {
  const time = (at: number) => String(at).padStart(20, '0');
  if (command.kind === 'reverse-unlinked') {
    const sort = `${time(command.effectiveAt)} 1 ${command.return.id}`;
    return [
      {
        sort,
        id: `${command.return.id}/`,
        run: (lots, sums) => take(command.amounts, command.issuer, undefined, lots, sums),
      },
    ];
  }
  const key = `till-1:${command.purchase.id}`;
  const accrual: NaiveFact = {
    sort: `${time(command.effectiveAt)} 0 ${command.purchase.id}`,
    id: key,
    run(lots, sums) {
      for (const { asset, score, amount, expiresAt } of command.grants) {
        if (amount === 0n) continue;
        (sums[asset] ??= { available: 0n, lost: 0n }).available += amount;
        const lot = `${key}:${asset}`;
        const sort = `${time(expiresAt ?? 9e15)} ${time(command.effectiveAt)} ${lot}`;
        if (!score) lots.push({ lot, asset, issuer: command.issuer, granted: amount, remaining: amount, sort });
      }
      return [];
    },
  };
  const returns = command.returns.map((linked): NaiveFact => ({
    sort: `${time(Math.max(linked.effectiveAt, command.effectiveAt))} 1 ${linked.return.id}`,
    id: `${linked.return.id}/${key}`,
    run: (lots, sums) => take(linked.amounts, command.issuer, key, lots, sums),
  }));
  return [accrual, ...returns];
}

function take(
  amounts: readonly AssetAmount[],
  issuer: string,
  purchase: string | undefined,
  lots: NaiveLot[],
  sums: Record<string, { available: bigint; lost: bigint }>,
): string[] {
  const told: string[] = [];
  for (const { asset, score, amount } of amounts) {
    if (amount === 0n) continue;
    const sum = (sums[asset] ??= { available: 0n, lost: 0n });
    let open = amount;
    const parts: string[] = [];
    const rank = (lot: NaiveLot) => (lot.lot === `${purchase}:${asset}` ? 0 : lot.issuer === issuer ? 1 : 2);
    const direction = purchase === undefined ? -1 : 1;
    const candidates = lots.filter((lot) => lot.asset === asset);
    candidates.sort((a, b) => rank(a) - rank(b) || (a.sort < b.sort ? -direction : direction));
    for (const lot of score ? [] : candidates) {
      const part = lot.remaining < open ? lot.remaining : open;
      if (part === 0n) continue;
      lot.remaining -= part;
      open -= part;
      parts.push(`${lot.lot} ${lot.issuer} ${part}`);
    }
    if (score) open = amount > sum.available ? amount - sum.available : 0n;
    sum.available -= amount - open;
    sum.lost += open;
    told.push(`${asset}: ${amount - open} of ${amount} ${score ? '' : parts.sort()}`);
  }
  return told;
}

const amount = fc.bigInt({ min: 0n, max: 60n });
const day = fc.integer({ min: 1, max: 6 });
const issuer = fc.constantFrom('hotel', 'mall');

/** Pictures of one purchase at several revisions: grants, issuer and returns may change from one to the next. */
const purchaseHistory = fc
  .record({
    day,
    versions: fc.array(
      fc.record({
        points: amount,
        growth: amount,
        issuer,
        expires: fc.constantFrom(undefined, 20, 25),
        returns: fc.array(fc.record({ day, points: amount, growth: amount }), { maxLength: 2 }),
        shift: fc.constantFrom(0, 0, 0, 1),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(
    ({ day: on, versions }) =>
      (id: string): FactCommand[] =>
        versions.map((version, revision) =>
          purchasePicture(id, on + version.shift, 0n, {
            revision,
            issuer: version.issuer,
            grants: [
              pointsGrant(version.points, version.expires ? { expiresAt: instant(january(version.expires)) } : {}),
              growthGrant(version.growth),
            ],
            returns: version.returns.map((one, index) =>
              linkedReturn(`R-${id}-${index}`, one.day, one.points, one.growth),
            ),
          }),
        ),
  );

const returnHistory = fc
  .record({ day, asks: fc.array(fc.record({ points: amount, issuer }), { minLength: 1, maxLength: 2 }) })
  .map(
    ({ day: on, asks }) =>
      (id: string): FactCommand[] =>
        asks.map((ask, revision) => unlinkedReturn(`U-${id}`, on, ask.points, { revision, issuer: ask.issuer })),
  );

const pictures = fc
  .array(fc.oneof({ weight: 2, arbitrary: purchaseHistory }, { weight: 1, arbitrary: returnHistory }), {
    minLength: 1,
    maxLength: 7,
  })
  .map((histories) => histories.flatMap((history, index) => history(`P${index}`)));

const arrival = pictures.chain((all) =>
  fc.record({
    all: fc.constant(all),
    shuffled: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
    again: fc.array(fc.nat({ max: all.length - 1 }), { maxLength: 5 }),
  }),
);

describe('an account, whatever the order in which pictures arrive', () => {
  it('ends as the sorted facts of the newest pictures say', () => {
    fc.assert(
      fc.property(arrival, ({ all, shuffled, again }) => {
        const commands = [...shuffled, ...again.map((index) => all[index]!)];
        expect(outcomeOf(applyAll(commands))).toEqual(naive(all));
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 1_000) },
    );
  });

  it('keeps its snapshot the same as its fold', () => {
    fc.assert(
      fc.property(arrival, ({ shuffled }) => {
        const state = applyAll(shuffled);
        const codec = accountDecider.snapshot!;
        const again = codec.decode(JSON.parse(canonicalJson(codec.encode(state))));
        expect(again).toEqual(state);
      }),
      { numRuns: 100 },
    );
  });
});
