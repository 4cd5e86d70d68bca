/**
 * Splits `total` over `weights` in proportion, by largest remainder: the parts sum to `total` exactly.
 * Weights are not negative; equal remainders go to the earlier place. All-zero weights put everything on the first.
 */
export function splitByLargestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.length === 0) throw new RangeError('nothing to split over');
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) return weights.map((_, index) => (index === 0 ? total : 0n));
  const negative = total < 0n;
  const magnitude = negative ? -total : total;
  const parts = weights.map((weight) => (magnitude * weight) / sum);
  const rest = Number(magnitude - parts.reduce((a, b) => a + b, 0n));
  if (rest > 0) {
    const order = weights.map((weight, index) => ({ index, remainder: (magnitude * weight) % sum }));
    order.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
    for (const { index } of order.slice(0, rest)) parts[index] = parts[index]! + 1n;
  }
  return negative ? parts.map((part) => -part) : parts;
}
