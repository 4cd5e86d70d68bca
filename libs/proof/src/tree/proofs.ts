/** Leaves `start` to `end` (exclusive) of a tree, in the order of the log; sizes and indexes are whole numbers below 2^53. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** Largest power of two that is less than `count`, which is 2 or more: where RFC 6962 §2.1 splits a list of leaves. */
export function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/**
 * The subtrees whose hashes prove that a leaf is in the tree of `size` leaves: PATH(index, D[size]) of RFC 6962 §2.1.1, from
 * the leaf to the root. Throws a RangeError where the tree has no such leaf.
 */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  }
  const siblings: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    siblings.push(index < middle ? { start: middle, end } : { start, end: middle });
    if (index < middle) end = middle;
    else start = middle;
  }
  return siblings.reverse();
}

/**
 * The subtrees whose hashes prove that the tree of `size` leaves begins with all the leaves of the tree of `old`:
 * PROOF(old, D[size]) of RFC 6962 §2.1.2; none where `old` is 0 or `size`. Throws a RangeError where `old` exceeds `size`.
 */
export function consistencyRanges(old: number, size: number): readonly LeafRange[] {
  if (!Number.isSafeInteger(old) || old < 0 || old > size)
    throw new RangeError(`no tree of ${old} before one of ${size}`);
  if (old === 0 || old === size) return [];
  const parts: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end !== old) {
    const middle = start + splitOf(end - start);
    if (old <= middle) {
      parts.push({ start: middle, end });
      end = middle;
    } else {
      parts.push({ start, end: middle });
      start = middle;
    }
  }
  // The verifier has the old root itself where the whole old tree is one of the subtrees.
  if (start !== 0) parts.push({ start, end });
  return parts.reverse();
}
