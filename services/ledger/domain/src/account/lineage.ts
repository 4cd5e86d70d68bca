import type { AccountState, Lineage } from './account.state';
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
export function isHere({ absorbed }: Pick<AccountState, 'absorbed'>, account: string): boolean {
  for (const [name, { inner }] of absorbed ?? []) {
    if (name === account || isHere({ absorbed: inner }, account)) return true;
  }
  return false;
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
