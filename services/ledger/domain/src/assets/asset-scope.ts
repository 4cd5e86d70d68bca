/** Where an asset may be earned and spent: in one unit, or in one store of it (capabilities L16). Absent: in the whole group. */
export interface AssetScope {
  readonly unit: string;
  /** Absent: every store of the unit. */
  readonly store?: string;
}

/** True where a unit, and store, lies within a scope; no scope holds all of them. */
export function isWithin(scope: AssetScope | undefined, unit: string, store?: string): boolean {
  return scope === undefined || (scope.unit === unit && (scope.store === undefined || scope.store === store));
}
