/** The middle of the values; of an even number of them the mean of the two in the middle. Refuses an empty list. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('nothing has no median');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank). Refuses an empty list. */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) throw new RangeError('nothing has no percentile');
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

/** How many of the ascending values are at most `limit`. */
export function countUpTo(ascending: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When so much was done: looks are (ms, count), both ascending; between two looks progress is taken as even. */
export function timeOf(count: number, looks: readonly (readonly [ms: number, count: number])[]): number {
  for (let i = 0; i < looks.length; i++) {
    const [ms, done] = looks[i]!;
    if (done < count) continue;
    const [before, had] = looks[i - 1] ?? [ms, done];
    return done === had ? ms : before + ((ms - before) * (count - had)) / (done - had);
  }
  throw new RangeError(`no look saw ${count} done`);
}

/** Rates a second of successive slices of equal size; an unfinished slice at the end does not count. */
export function sliceRates(size: number, looks: readonly (readonly [ms: number, count: number])[]): number[] {
  const rates: number[] = [];
  const last = looks.at(-1)?.[1] ?? 0;
  for (let from = looks[0]?.[0] ?? 0, count = size; count <= last; count += size) {
    const until = timeOf(count, looks);
    rates.push((size * 1000) / (until - from));
    from = until;
  }
  return rates;
}
