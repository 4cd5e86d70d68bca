import { nodeHash, sameHash } from './hashes';

/** A tree as a checkpoint tells of it. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

const isOdd = (number: number): boolean => number % 2 === 1;
const half = (number: number): number => Math.floor(number / 2);

/** True where the proof leads from the leaf's hash at `index` to the root of the tree (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  index: number,
  leaf: Uint8Array,
  { size, root }: TreeHead,
  proof: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const part of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = nodeHash(part, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, part);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && sameHash(hash, root);
}

/** True where the proof shows that the new tree begins with the whole of the old one (RFC 9162 §2.1.4.2). */
export function verifyConsistency(old: TreeHead, now: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (old.size > now.size) return false;
  if (old.size === 0) return proof.length === 0;
  if (old.size === now.size) return proof.length === 0 && sameHash(old.root, now.root);
  let [node, last] = [old.size - 1, now.size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  const parts = node === 0 ? [old.root, ...proof] : [...proof];
  const first = parts.shift();
  if (!first) return false;
  let [oldHash, newHash] = [first, first];
  for (const part of parts) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      oldHash = nodeHash(part, oldHash);
      newHash = nodeHash(part, newHash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newHash = nodeHash(newHash, part);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && sameHash(oldHash, old.root) && sameHash(newHash, now.root);
}
