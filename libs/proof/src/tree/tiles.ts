import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hashes';
import { type LeafRange, splitOf } from './proofs';

/** Hashes of a full tile, and how many levels of the tree lie between two levels of tiles (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** A tile: up to 256 hashes one behind the other, of tree level 8 · `level`, the first of them at 256 · `index`. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

/** Which tile. */
export type TileId = Pick<Tile, 'level' | 'index'>;

/** Answers the hashes of a tile; it throws where the tile is not there. */
export type TileSource = (id: TileId) => Uint8Array;

/** A perfect subtree: 2^level leaves from index · 2^level on. */
interface PerfectNode {
  readonly level: number;
  readonly index: number;
}

/** The rightmost tile of each level of a tree, partial ones: what an append starts from and changes. */
export function edgeTilesOf(size: number): readonly TileId[] {
  const edge: TileId[] = [];
  for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
    if (hashes % TILE_WIDTH > 0) edge.push({ level, index: Math.floor(hashes / TILE_WIDTH) });
  }
  return edge;
}

/** The tiles that the hashes of these ranges are made of, each once. */
export function tilesOf(ranges: readonly LeafRange[]): readonly TileId[] {
  const tiles = new Map<string, TileId>();
  for (const node of ranges.flatMap(perfectNodesOf)) {
    const id = tileOf(node);
    tiles.set(`${id.level}/${id.index}`, id);
  }
  return [...tiles.values()];
}

/** The hash of a range of leaves that is a subtree of some tree (MTH of RFC 6962 §2.1). */
export function rangeHash(range: LeafRange, tiles: TileSource): Buffer {
  if (range.start === range.end) return EMPTY_ROOT;
  return perfectNodesOf(range)
    .map((node) => perfectHash(node, tiles))
    .reduceRight((right, left) => nodeHash(left, right));
}

/**
 * A tree that grows. It holds the tiles of its right edge alone; everything to the left of them is final. Throws where a
 * tile of the edge is not there, or is shorter than the size says.
 */
export class GrowingTree {
  private readonly edge: Buffer[] = [];
  private readonly changed = new Map<string, Tile>();

  constructor(
    private leaves: number,
    tiles: TileSource,
  ) {
    for (const id of edgeTilesOf(leaves)) {
      const width = Math.floor(leaves / TILE_WIDTH ** id.level) % TILE_WIDTH;
      const hashes = tiles(id);
      if (hashes.length < width * HASH_BYTES) throw new RangeError(`tile ${id.level}/${id.index} is too short`);
      this.edge[id.level] = Buffer.from(hashes.subarray(0, width * HASH_BYTES));
    }
  }

  get size(): number {
    return this.leaves;
  }

  /** Adds leaves behind the last one, by their hashes. */
  append(leafHashes: readonly Uint8Array[]): void {
    for (let at = 0; at < leafHashes.length;) {
      const held = this.leaves % TILE_WIDTH;
      const taken = leafHashes.slice(at, at + TILE_WIDTH - held);
      this.put(0, Math.floor(this.leaves / TILE_WIDTH), Buffer.concat(taken));
      this.leaves += taken.length;
      at += taken.length;
    }
  }

  /** The root of all leaves so far. */
  root(): Buffer {
    return rangeHash({ start: 0, end: this.leaves }, ({ level, index }) => {
      const hashes = this.edge[level];
      if (!hashes) throw new RangeError(`tile ${level}/${index} is not on the edge`);
      return hashes;
    });
  }

  /** The tiles that appends have changed since the last call, as they are now. */
  takeChanged(): readonly Tile[] {
    const tiles = [...this.changed.values()];
    this.changed.clear();
    return tiles;
  }

  private put(level: number, index: number, hashes: Buffer): void {
    const whole = Buffer.concat([this.edge[level] ?? Buffer.alloc(0), hashes]);
    this.changed.set(`${level}/${index}`, { level, index, hashes: whole });
    const isFull = whole.length === TILE_WIDTH * HASH_BYTES;
    this.edge[level] = isFull ? Buffer.alloc(0) : whole;
    if (isFull) this.put(level + 1, Math.floor(index / TILE_WIDTH), treeOf(whole));
  }
}

/** Perfect subtrees from left to right; a range of a tree starts at a multiple of its largest one. */
function perfectNodesOf({ start, end }: LeafRange): readonly PerfectNode[] {
  const nodes: PerfectNode[] = [];
  for (let at = start; at < end;) {
    const left = end - at;
    const leaves = Number.isInteger(Math.log2(left)) ? left : splitOf(left);
    nodes.push({ level: Math.round(Math.log2(leaves)), index: at / leaves });
    at += leaves;
  }
  return nodes;
}

/** A node lies in the tile of the nearest tile level below it; a tile that is full is one hash of the tile above. */
function tileOf({ level, index }: PerfectNode): TileId {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const first = index * 2 ** (level % TILE_HEIGHT);
  return { level: tileLevel, index: Math.floor(first / TILE_WIDTH) };
}

function perfectHash(node: PerfectNode, tiles: TileSource): Buffer {
  const width = 2 ** (node.level % TILE_HEIGHT);
  const first = (node.index * width) % TILE_WIDTH;
  const id = tileOf(node);
  const hashes = tiles(id).subarray(first * HASH_BYTES, (first + width) * HASH_BYTES);
  if (hashes.length < width * HASH_BYTES) throw new RangeError(`tile ${id.level}/${id.index} is too short`);
  return treeOf(hashes);
}

/** The root over a power of two of hashes. */
function treeOf(hashes: Uint8Array): Buffer {
  let row: Buffer[] = Array.from({ length: hashes.length / HASH_BYTES }, (_, i) =>
    Buffer.from(hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
  );
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i]!, row[2 * i + 1]!));
  }
  return row[0]!;
}
