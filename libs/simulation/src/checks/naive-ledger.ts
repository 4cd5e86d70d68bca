/** A fact of an account as the naive model sees it; instants are texts that sort as instants do. */
export interface NaiveFact {
  readonly kind: 'accrual' | 'reversal';
  readonly at: string;
  readonly source: string;
  readonly id: string;
  readonly issuer: string;
  /** `source:id` of the purchase that a linked return names. */
  readonly purchase?: string;
  readonly amounts: ReadonlyMap<string, bigint>;
}

/** What an account comes to: amounts by asset, what is left of each lot, what each reversal took. */
export interface NaiveOutcome {
  readonly balances: ReadonlyMap<string, { available: bigint; lost: bigint }>;
  readonly lots: ReadonlyMap<string, bigint>;
  /** By `reversal asset`. */
  readonly taken: ReadonlyMap<string, bigint>;
}

/** The asset that has no lots. */
export const SCORE = 'GROWTH';

interface NaiveLot {
  readonly name: string;
  readonly asset: string;
  readonly issuer: string;
  readonly sort: string;
  left: bigint;
}

/**
 * Facts sorted by one text, every lot looked at for every reversal: slow, obvious, and of no code of the ledger's. A
 * linked return draws on its purchase's lot, then on its issuer's, then on the others, oldest first; an unlinked one on
 * its issuer's first, newest first (capabilities L7 within_balance, L13).
 */
export function naiveLedger(facts: readonly NaiveFact[]): NaiveOutcome {
  const lots: NaiveLot[] = [];
  const balances = new Map<string, { available: bigint; lost: bigint }>();
  const taken = new Map<string, bigint>();
  const balanceOf = (asset: string) => {
    const known = balances.get(asset) ?? { available: 0n, lost: 0n };
    balances.set(asset, known);
    return known;
  };
  for (const fact of [...facts].sort((a, b) => (sortOf(a) < sortOf(b) ? -1 : 1))) {
    for (const [asset, amount] of fact.amounts) {
      if (amount === 0n) continue;
      const balance = balanceOf(asset);
      if (fact.kind === 'accrual') {
        balance.available += amount;
        const name = `${fact.source}:${fact.id}:${asset}`;
        const sort = `${fact.at} ${name}`;
        if (asset !== SCORE) lots.push({ name, asset, issuer: fact.issuer, sort, left: amount });
        continue;
      }
      const got = asset === SCORE ? least(amount, balance.available) : draw(fact, asset, amount, lots);
      balance.available -= got;
      balance.lost += amount - got;
      taken.set(`${fact.source}:${fact.id} ${fact.purchase ?? ''} ${asset}`, got);
    }
  }
  return { balances, lots: new Map(lots.map(({ name, left }) => [name, left])), taken };
}

function draw({ issuer, purchase }: NaiveFact, asset: string, amount: bigint, lots: readonly NaiveLot[]): bigint {
  const direction = purchase === undefined ? -1 : 1;
  const rank = (lot: NaiveLot): number => {
    if (lot.name === `${purchase}:${asset}`) return 0;
    return lot.issuer === issuer ? 1 : 2;
  };
  const candidates = lots.filter((lot) => lot.asset === asset);
  candidates.sort((a, b) => rank(a) - rank(b) || (a.sort < b.sort ? -direction : direction));
  let open = amount;
  for (const lot of candidates) {
    const part = least(open, lot.left);
    lot.left -= part;
    open -= part;
  }
  return amount - open;
}

function sortOf({ at, kind, source, id, purchase = '' }: NaiveFact): string {
  return `${at} ${kind} ${source} ${id} ${purchase}`;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
