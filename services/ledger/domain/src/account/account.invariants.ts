import { type AccountState, type Accrual, type Books, type Fact, type Hold, residueOf, usedOf } from './account.state';
import { creditOf, owedOf } from './decisions/debts';
import { FROM_ELSEWHERE, LOAN } from './decisions/lot-sources';
import { inFactOrder } from './fact-order';

/** Sums over the facts and holds of one asset, each to be found again in the books. */
interface Sums {
  granted: bigint;
  /** Of lots: what is left while pending, and while active. */
  pending: bigint;
  active: bigint;
  held: bigint;
  spent: bigint;
  expired: bigint;
  moved: bigint;
  /** Granted by a transfer or an adjustment: out of its book. */
  arrived: bigint;
  taken: bigint;
  /** Of `taken`, what came out of breakage. */
  revived: bigint;
  uncollectable: bigint;
  deficit: bigint;
  reserved: bigint;
  redeemed: bigint;
}

/** What is wrong with an account: nothing, unless the code is wrong (trust.md I1, I2, I3, I5, I13). */
export function accountInvariants(state: AccountState): readonly string[] {
  const broken: string[] = [];
  const sums = new Map<string, Sums>();
  const taken = new Map<string, { live: bigint; expired: bigint }>();
  state.facts.forEach((fact, index) => {
    if (index > 0 && inFactOrder(state.facts[index - 1]!, fact) >= 0) broken.push(`fact ${index} is out of order`);
    add(fact, sums, taken);
  });
  for (const hold of state.holds.values()) broken.push(...holdFaults(hold, state, sumsOf(sums, hold.asset)));
  for (const fact of state.facts) if (fact.kind === 'accrual') broken.push(...lotFaults(fact, taken));
  for (const fact of state.facts) if (fact.kind === 'reversal') broken.push(...itemFaults(fact));
  for (const [asset, books] of state.books) broken.push(...bookFaults(asset, books, sumsOf(sums, asset)));
  for (const asset of state.books.keys()) broken.push(...debtFaults(state, asset));
  for (const lease of state.late.keys()) {
    const hold = state.holds.get(lease);
    const isOver = hold?.state === 'released' || hold?.state === 'lapsed';
    if (hold?.till === undefined || !isOver)
      broken.push(`lease ${lease} is settled late and ${hold?.state ?? 'not there'}`);
  }
  if (state.facts.length !== state.accruals.size + state.reversals.size) broken.push('facts and their keys differ');
  return broken;
}

function sumsOf(sums: Map<string, Sums>, asset: string): Sums {
  let known = sums.get(asset);
  if (!known) {
    known = { ...NOTHING };
    sums.set(asset, known);
  }
  return known;
}

const NOTHING: Sums = {
  granted: 0n,
  pending: 0n,
  active: 0n,
  held: 0n,
  spent: 0n,
  expired: 0n,
  moved: 0n,
  arrived: 0n,
  taken: 0n,
  revived: 0n,
  uncollectable: 0n,
  deficit: 0n,
  reserved: 0n,
  redeemed: 0n,
};

function add(fact: Fact, all: Map<string, Sums>, taken: Map<string, { live: bigint; expired: bigint }>): void {
  if (fact.kind === 'accrual') return addAccrual(fact, all);
  for (const item of fact.items) {
    const sums = sumsOf(all, item.asset);
    sums.taken += item.taken;
    sums.uncollectable += residueOf(item);
    sums.deficit += item.deficit;
    for (const { lot, amount, expired } of item.slices ?? []) {
      const known = taken.get(lot) ?? { live: 0n, expired: 0n };
      taken.set(lot, known);
      if (expired) sums.revived += amount;
      known[expired ? 'expired' : 'live'] += amount;
    }
  }
}

function addAccrual({ source, holdings }: Accrual, all: Map<string, Sums>): void {
  for (const { asset, lot, granted, remaining, pending, used } of holdings) {
    const sums = sumsOf(all, asset);
    sums.granted += granted;
    if (lot === undefined) continue;
    if (FROM_ELSEWHERE.has(source)) sums.arrived += granted;
    sums[pending ? 'pending' : 'active'] += remaining;
    if (!used) continue;
    sums.held += used.held;
    sums.spent += used.spent;
    sums.expired += used.expired;
    sums.moved += used.moved;
  }
}

function holdFaults(hold: Hold, { open }: AccountState, sums: Sums): string[] {
  const amount = hold.slices.reduce((sum, slice) => sum + slice.amount, 0n);
  if (hold.state === 'open') sums.reserved += amount;
  if (hold.state === 'captured') sums.redeemed += amount;
  const faults: string[] = [];
  if (open.has(hold) !== (hold.state === 'open')) faults.push(`hold ${hold.hold} is ${hold.state} and open`);
  if (hold.state === 'open' && amount !== hold.amount) faults.push(`hold ${hold.hold} does not hold its amount`);
  if (amount > hold.captured && hold.state === 'captured') faults.push(`hold ${hold.hold} redeemed more than captured`);
  return faults;
}

function lotFaults({ holdings }: Accrual, all: ReadonlyMap<string, { live: bigint; expired: bigint }>): string[] {
  return holdings.flatMap((holding) => {
    const { lot, granted, remaining, used } = holding;
    if (lot === undefined) return [];
    const faults: string[] = [];
    const taken = all.get(lot) ?? { live: 0n, expired: 0n };
    if (granted !== remaining + taken.live + usedOf(holding)) faults.push(`lot ${lot} is not conserved`);
    if (remaining < 0n) faults.push(`lot ${lot} is negative`);
    if ((used?.expired ?? 0n) < taken.expired) faults.push(`lot ${lot} has less breakage than was reversed of it`);
    if (used && [used.held, used.spent, used.expired, used.moved].some((part) => part < 0n)) {
      faults.push(`a used part of lot ${lot} is negative`);
    }
    return faults;
  });
}

function itemFaults({ id, items }: Extract<Fact, { kind: 'reversal' }>): string[] {
  const faults: string[] = [];
  for (const item of items) {
    const slices = item.slices?.reduce((sum, { amount }) => sum + amount, 0n) ?? item.taken;
    const isWhole = slices === item.taken && residueOf(item) >= 0n && item.deficit >= 0n && item.onHold >= 0n;
    if (!isWhole) faults.push(`${id} takes ${slices} of ${item.asked}`);
  }
  return faults;
}

/** What is owed is what was spent on credit and not repaid, and never more than was lent. */
function debtFaults(state: AccountState, asset: string): string[] {
  const { spent, repaid } = creditOf(state, asset);
  const [credit, loans] = [owedOf(state, asset, 'credit'), owedOf(state, asset, 'loan')];
  const faults: string[] = [];
  if (credit !== (spent > repaid ? spent - repaid : 0n)) {
    faults.push(`${credit} of ${asset} are owed as credit, ${spent} were spent on it and ${repaid} repaid`);
  }
  if (loans > lentOf(state, asset)) faults.push(`${loans} of ${asset} are owed as loans, and fewer were lent`);
  return faults;
}

function lentOf(state: AccountState, asset: string): bigint {
  let lent = 0n;
  for (const fact of state.facts) {
    if (fact.kind !== 'accrual' || fact.source !== LOAN) continue;
    for (const holding of fact.holdings) if (holding.asset === asset) lent += holding.granted;
  }
  return lent;
}

function bookFaults(asset: string, books: Books, sums: Sums): string[] {
  const faults: string[] = [];
  const { score: isScore, ...amounts } = books;
  const expect = (what: string, book: bigint, sum: bigint) => {
    if (book !== sum) faults.push(`${what} of ${asset} is ${book} in the books and ${sum} by its lots`);
  };
  if (Object.values(amounts).reduce((sum, amount) => sum + amount, 0n) !== 0n) {
    faults.push(`postings of ${asset} do not balance`);
  }
  if (books.available < 0n || books.pending < 0n || books.held < 0n) faults.push(`${asset} is negative`);
  expect('available', books.available, isScore ? sums.granted - sums.taken : sums.active);
  expect('pending', books.pending, sums.pending);
  expect('held', books.held, sums.held);
  expect('what holds reserve', books.held, sums.reserved);
  expect('redeemed', books.redeemed, sums.spent);
  expect('what was captured', books.redeemed, sums.redeemed);
  expect('breakage', books.breakage, sums.expired - sums.revived);
  expect('what moved', books.moved + books.adjustment, sums.moved - sums.arrived);
  expect('uncollectable', books.uncollectable, -sums.uncollectable);
  expect('deficit', books.deficit, -sums.deficit);
  return faults;
}
