import fc from 'fast-check';
import { EMPTY_ROOT, leafHash, nodeHash } from './hashes';
import { consistencyRanges, inclusionRanges } from './proofs';
import { GrowingTree, rangeHash, type Tile, type TileId, type TileSource } from './tiles';
import { verifyConsistency, verifyInclusion } from './verify';

/** Leaves and roots of the reference tests of RFC 6962's authors (certificate-transparency, `merkle_tree_test`). */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

/** A tree whose tiles are kept as a sealer keeps them: what an append changed is written over what was there. */
class KeptTree {
  private readonly tiles = new Map<string, Tile>();
  private readonly tree = new GrowingTree(0, () => Buffer.alloc(0));

  append(leaves: readonly Uint8Array[]): this {
    this.tree.append(leaves);
    for (const tile of this.tree.takeChanged()) this.tiles.set(`${tile.level}/${tile.index}`, tile);
    return this;
  }

  readonly source: TileSource = ({ level, index }: TileId) => this.tiles.get(`${level}/${index}`)!.hashes;

  get size(): number {
    return this.tree.size;
  }

  root(size = this.size): Buffer {
    return rangeHash({ start: 0, end: size }, this.source);
  }

  inclusion(index: number, size: number): readonly Buffer[] {
    return inclusionRanges(index, size).map((range) => rangeHash(range, this.source));
  }

  consistency(old: number, size: number): readonly Buffer[] {
    return consistencyRanges(old, size).map((range) => rangeHash(range, this.source));
  }
}

const numbered = (count: number): Buffer[] => Array.from({ length: count }, (_, i) => leafHash(Buffer.from(String(i))));

/** MTH as RFC 6962 §2.1 writes it down: slow, and nothing of ours in it. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

describe('the tree', () => {
  it('has the roots of the reference tests of RFC 6962 at every size from 1 to 8', () => {
    const tree = new KeptTree();
    const roots = LEAVES.map((leaf) => hex(tree.append([leafHash(Buffer.from(leaf, 'hex'))]).root()));
    expect(roots).toEqual(ROOTS);
  });

  it('has the hash of nothing as its root while it has no leaf', () => {
    expect(hex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(new GrowingTree(0, () => Buffer.alloc(0)).root()).toEqual(EMPTY_ROOT);
  });

  it('has the root of the definition at sizes about full tiles, and keeps the roots of all sizes before', () => {
    const sizes = [1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 66_000];
    const leaves = numbered(66_000);
    const tree = new KeptTree();
    for (const size of sizes) {
      tree.append(leaves.slice(tree.size, size));
      expect(hex(tree.root())).toBe(hex(rootByDefinition(leaves.slice(0, size))));
    }
    for (const size of sizes) expect(hex(tree.root(size))).toBe(hex(rootByDefinition(leaves.slice(0, size))));
  });

  it('goes on from its edge tiles alone as if it had never stopped', () => {
    const leaves = numbered(700);
    const before = new KeptTree().append(leaves.slice(0, 600));
    const resumed = new GrowingTree(600, before.source);
    resumed.append(leaves.slice(600));
    expect(hex(resumed.root())).toBe(hex(rootByDefinition(leaves)));
  });

  it('does not open on a tile that has lost a hash', () => {
    const { source } = new KeptTree().append(numbered(10));
    expect(() => new GrowingTree(10, (id) => source(id).subarray(0, 9 * 32))).toThrow('tile 0/0 is too short');
  });
});

describe('proofs', () => {
  const tree = new KeptTree().append(numbered(1_200));
  const size = fc.integer({ min: 1, max: 1_200 });

  it('have the hashes of RFC 6962 §2.1.3 for its tree of seven leaves', () => {
    const ranges = (list: readonly { start: number; end: number }[]): string[] =>
      list.map((r) => `${r.start}-${r.end}`);
    expect(ranges(inclusionRanges(0, 7))).toEqual(['1-2', '2-4', '4-7']);
    expect(ranges(inclusionRanges(3, 7))).toEqual(['2-3', '0-2', '4-7']);
    expect(ranges(inclusionRanges(4, 7))).toEqual(['5-6', '6-7', '0-4']);
    expect(ranges(inclusionRanges(6, 7))).toEqual(['4-6', '0-4']);
    expect(ranges(consistencyRanges(3, 7))).toEqual(['2-3', '3-4', '0-2', '4-7']);
    expect(ranges(consistencyRanges(4, 7))).toEqual(['4-7']);
    expect(ranges(consistencyRanges(6, 7))).toEqual(['4-6', '6-7', '0-4']);
  });

  it('of inclusion hold for every leaf of every size, with no more hashes than the tree is high', () => {
    fc.assert(
      fc.property(size, fc.nat(), (leaves, at) => {
        const index = at % leaves;
        const proof = tree.inclusion(index, leaves);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(leaves)));
        expect(
          verifyInclusion(index, numbered(index + 1)[index]!, { size: leaves, root: tree.root(leaves) }, proof),
        ).toBe(true);
      }),
    );
  });

  it('of inclusion do not hold for another leaf, another index, or with one bit turned', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_200 }), fc.nat(), fc.nat(), (leaves, at, turned) => {
        const index = at % leaves;
        const head = { size: leaves, root: tree.root(leaves) };
        const leaf = numbered(index + 1)[index]!;
        const proof = tree.inclusion(index, leaves);
        expect(verifyInclusion((index + 1) % leaves, leaf, head, proof)).toBe(false);
        expect(verifyInclusion(index, leafHash(Buffer.from('another')), head, proof)).toBe(false);
        const bent = proof.map((hash) => Buffer.from(hash));
        const victim = bent[turned % bent.length]!;
        victim[turned % 32] = victim[turned % 32]! ^ 1;
        expect(verifyInclusion(index, leaf, head, bent)).toBe(false);
        expect(verifyInclusion(index, leaf, head, [...proof, proof[0]!])).toBe(false);
      }),
    );
  });

  it('of consistency hold between any two sizes, and not to a tree that rewrote what it had', () => {
    const other = numbered(1_200);
    other[0] = leafHash(Buffer.from('rewritten'));
    const rewritten = new KeptTree().append(other);
    fc.assert(
      fc.property(size, size, (one, two) => {
        const [old, now] = one < two ? [one, two] : [two, one];
        const before = { size: old, root: tree.root(old) };
        const after = { size: now, root: tree.root(now) };
        expect(verifyConsistency(before, after, tree.consistency(old, now))).toBe(true);
        const forged = { size: now, root: rewritten.root(now) };
        expect(verifyConsistency(before, forged, rewritten.consistency(old, now))).toBe(false);
      }),
    );
  });

  it('of consistency from the empty tree are empty, and backward there are none', () => {
    const head = { size: 5, root: tree.root(5) };
    expect(tree.consistency(0, 5)).toEqual([]);
    expect(verifyConsistency({ size: 0, root: EMPTY_ROOT }, head, [])).toBe(true);
    expect(verifyConsistency(head, { size: 4, root: tree.root(4) }, [])).toBe(false);
    expect(() => consistencyRanges(5, 4)).toThrow(RangeError);
    expect(() => inclusionRanges(5, 5)).toThrow('no leaf 5 in a tree of 5');
  });
});
