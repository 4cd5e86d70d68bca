import type { AccountState, Accrual, Books, Fact } from './account.state';
import { inFactOrder } from './fact-order';

interface Sums {
  granted: bigint;
  remaining: bigint;
  asked: bigint;
  taken: bigint;
}

/** What is wrong with an account: nothing, unless the code is wrong (trust.md I1, I2, I3, I13). */
export function accountInvariants(state: AccountState): readonly string[] {
  const broken: string[] = [];
  const sums = new Map<string, Sums>();
  const taken = new Map<string, bigint>();
  state.facts.forEach((fact, index) => {
    if (index > 0 && inFactOrder(state.facts[index - 1]!, fact) >= 0) broken.push(`fact ${index} is out of order`);
    add(fact, sums, taken);
  });
  for (const fact of state.facts) if (fact.kind === 'accrual') broken.push(...lotFaults(fact, taken));
  for (const fact of state.facts) {
    for (const item of fact.kind === 'reversal' ? fact.items : []) {
      const slices = item.slices?.reduce((sum, { amount }) => sum + amount, 0n) ?? item.taken;
      if (slices !== item.taken || item.taken > item.asked) broken.push(`${fact.id} takes ${slices} of ${item.asked}`);
    }
  }
  for (const [asset, books] of state.books) broken.push(...bookFaults(asset, books, sums.get(asset)));
  if (state.facts.length !== state.accruals.size + state.reversals.size) broken.push('facts and their keys differ');
  return broken;
}

function add(fact: Fact, sums: Map<string, Sums>, taken: Map<string, bigint>): void {
  const sum = (asset: string) => {
    if (!sums.has(asset)) sums.set(asset, { granted: 0n, remaining: 0n, asked: 0n, taken: 0n });
    return sums.get(asset)!;
  };
  if (fact.kind === 'accrual') {
    for (const { asset, lot, granted, remaining } of fact.holdings) {
      sum(asset).granted += granted;
      sum(asset).remaining += lot === undefined ? 0n : remaining;
    }
    return;
  }
  for (const item of fact.items) {
    sum(item.asset).asked += item.asked;
    sum(item.asset).taken += item.taken;
    for (const { lot, amount } of item.slices ?? []) taken.set(lot, (taken.get(lot) ?? 0n) + amount);
  }
}

function lotFaults({ holdings }: Accrual, taken: ReadonlyMap<string, bigint>): string[] {
  return holdings.flatMap(({ lot, granted, remaining }) => {
    if (lot === undefined) return [];
    const faults: string[] = [];
    if (granted !== remaining + (taken.get(lot) ?? 0n)) faults.push(`lot ${lot} is not conserved`);
    if (remaining < 0n) faults.push(`lot ${lot} is negative`);
    return faults;
  });
}

function bookFaults(asset: string, books: Books, sums: Sums | undefined): string[] {
  const faults: string[] = [];
  const { 'issuer-obligation': obligation, available, uncollectable } = books;
  const { granted = 0n, remaining = 0n, asked = 0n, taken = 0n } = sums ?? {};
  if (obligation + available + uncollectable !== 0n) faults.push(`postings of ${asset} do not balance`);
  if (available < 0n) faults.push(`${asset} is negative`);
  if (available !== granted - taken) faults.push(`${asset} is not what was granted and not taken`);
  if (!books.score && available !== remaining) faults.push(`the balance of ${asset} is not the sum of its lots`);
  if (uncollectable !== taken - asked)
    faults.push(`what is uncollectable of ${asset} is not what was asked and not taken`);
  return faults;
}
