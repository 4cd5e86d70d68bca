import { type AccountState, type Lineage, referenceOf } from './account.state';
import type { CarriedLineage } from './decisions/merge.events';

/**
 * Counts a fact to the merged account that it came for, and to every account through which that one was merged. False
 * where nothing of that account is here.
 */
export function adopt(
  { absorbed }: Pick<AccountState, 'absorbed'>,
  account: string,
  kind: 'accruals' | 'returns',
  key: string,
): boolean {
  for (const [name, lineage] of absorbed ?? []) {
    if (name !== account && !adopt({ absorbed: lineage.inner }, account, kind, key)) continue;
    lineage[kind].add(key);
    return true;
  }
  return false;
}

/** True where the facts of a merged account are here. */
export function isHere(state: Pick<AccountState, 'absorbed'>, account: string): boolean {
  return lineageOf(state, account) !== undefined;
}

/** What is of a merged account, which may have come by way of another one; absent where nothing of it is here. */
export function lineageOf({ absorbed }: Pick<AccountState, 'absorbed'>, account: string): Lineage | undefined {
  for (const [name, lineage] of absorbed ?? []) {
    const found = name === account ? lineage : lineageOf({ absorbed: lineage.inner }, account);
    if (found) return found;
  }
  return undefined;
}

/** The name that a hold of a merged account has here, or the same where none of that name came. */
export function holdHere({ holds }: Lineage, hold: string): string {
  for (const [here, there] of holds) if (there === hold) return here;
  return hold;
}

/** The key that an accrual of a merged account has here; absent where it has none of that key. */
export function accrualHere({ accruals, ids }: Lineage, key: string): string | undefined {
  const { source, id } = referenceOf(key);
  for (const [here, there] of ids) if (there === id && referenceOf(here).source === source) return here;
  return accruals.has(key) && !ids.has(key) ? key : undefined;
}

/** Lineages as an event, or a snapshot, says them. */
export function lineagesText(lineages: ReadonlyMap<string, Lineage> | undefined): CarriedLineage[] {
  return [...(lineages ?? [])].map(([account, { merge, holder, accruals, returns, holds, ids, inner }]) => ({
    account,
    merge,
    holder,
    accruals: [...accruals],
    returns: [...returns],
    holds: [...holds],
    ids: [...ids],
    inner: lineagesText(inner),
  }));
}

/** The inverse of {@link lineagesText}. */
export function lineagesFrom(texts: readonly CarriedLineage[]): Map<string, Lineage> {
  return new Map(
    texts.map(({ account, merge, holder, accruals, returns, holds, ids, inner }): [string, Lineage] => [
      account,
      {
        merge,
        holder,
        accruals: new Set(accruals),
        returns: new Set(returns),
        holds: new Map(holds),
        ids: new Map(ids),
        inner: lineagesFrom(inner),
      },
    ]),
  );
}
