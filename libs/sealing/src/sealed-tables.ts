import { join } from 'node:path';
import { position, type Position, type RecordedEvent } from '@tallystick/decider';
import {
  HASH_BYTES,
  type Tile,
  TILE_WIDTH,
  type TileId,
  type TileSource,
  tilesOf,
  type LeafRange,
  rangeHash,
} from '@tallystick/proof';
import {
  byteaColumn,
  type Connection,
  int4Column,
  int8Column,
  type MigrationSet,
  type Pool,
  textColumn,
} from '@tallystick/postgres';

/** The tables of a sealed log: `sealed_batch`, `tree_tile`, `checkpoint`. */
export const SEALING_MIGRATIONS: MigrationSet = { name: 'sealing', folder: join(__dirname, 'migrations') };

/** A checkpoint as it is kept. */
export interface StoredCheckpoint {
  readonly size: number;
  /** Of the last event among its leaves. */
  readonly position: Position;
  readonly root: Buffer;
  /** The key of the log that signed it, as C2SP tools write it. */
  readonly key: string;
  /** The signed note, with the signatures of witnesses where there are any. */
  readonly note: string;
  /** Milliseconds since 1970. */
  readonly sealedAt: number;
}

/** An event among the leaves with its leaf's hash; no hash where the tree has lost it. */
export interface SealedLeaf {
  /** Its leaf's index. */
  readonly seq: number;
  readonly stream: string;
  readonly revision: number;
  readonly leafHash: Buffer | undefined;
}

interface CheckpointRow {
  readonly size: string;
  readonly position: string;
  readonly root: Buffer;
  readonly key: string;
  readonly note: string;
  readonly cosignatures: string;
  readonly sealed_at: Date;
}

const CHECKPOINT = 'select size, position, root, key, note, cosignatures, sealed_at from checkpoint';

/** The last checkpoint of the schema on the search path; undefined before the first. */
export async function latestCheckpoint(pool: Pool): Promise<StoredCheckpoint | undefined> {
  const { rows } = await pool.query<CheckpointRow>(`${CHECKPOINT} order by size desc limit 1`);
  return rows[0] && checkpointOf(rows[0]);
}

/** The checkpoint of exactly this size; undefined where none was signed at it. */
export async function checkpointAt(pool: Pool, size: number): Promise<StoredCheckpoint | undefined> {
  const { rows } = await pool.query<CheckpointRow>(`${CHECKPOINT} where size = $1`, [size]);
  return rows[0] && checkpointOf(rows[0]);
}

/** Checkpoints of more than `size` leaves, smallest first, at most `max`. */
export async function checkpointsAfter(pool: Pool, size: number, max: number): Promise<readonly StoredCheckpoint[]> {
  const { rows } = await pool.query<CheckpointRow>(`${CHECKPOINT} where size > $1 order by size limit $2`, [size, max]);
  return rows.map(checkpointOf);
}

function checkpointOf({
  size,
  position: at,
  root,
  key,
  note,
  cosignatures,
  sealed_at: stamp,
}: CheckpointRow): StoredCheckpoint {
  const sealedAt = stamp.getTime();
  return { size: Number(size), position: position(BigInt(at)), root, key, note: note + cosignatures, sealedAt };
}

/** Puts a witness's signature lines behind a checkpoint's note. */
export async function keepCosignatures(pool: Pool, size: number, lines: string): Promise<void> {
  await pool.query('update checkpoint set cosignatures = cosignatures || $2 where size = $1', [size, lines]);
}

/** The index of an event's leaf; undefined where the event is not sealed. */
export async function sealedAt(
  pool: Pool,
  { stream, revision, position: at }: Pick<RecordedEvent, 'stream' | 'revision' | 'position'>,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ seq: string }>(
    `select first + place - 1 as seq
       from (select size from checkpoint where position >= $1 order by position limit 1) c,
         lateral (select * from sealed_batch where first < c.size order by first desc limit 1) b,
         unnest(streams, revisions) with ordinality as leaf(stream, revision, place)
      where leaf.stream = $2 and leaf.revision = $3`,
    [at, stream, revision],
  );
  return rows[0] && Number(rows[0].seq);
}

/** The leaves of up to `max` checkpoints in order, from a leaf on that is the first of its checkpoint. */
export async function sealedLeaves(pool: Pool, from: number, max: number): Promise<readonly SealedLeaf[]> {
  const { rows } = await pool.query<{ seq: string; stream: string; revision: number; hash: Buffer | null }>(
    `select seq, stream, revision, substr(hashes, 1 + (seq % ${TILE_WIDTH})::int * ${HASH_BYTES}, ${HASH_BYTES}) as hash
       from (select * from sealed_batch where first >= $1 order by first limit $2) b,
         unnest(streams, revisions) with ordinality as leaf(stream, revision, place),
         lateral (select first + place - 1 as seq) at_
         left join tree_tile on level = 0 and tile = seq / ${TILE_WIDTH}
      order by seq`,
    [from, max],
  );
  return rows.map(({ seq, stream, revision, hash }) => ({
    ...{ seq: Number(seq), stream, revision },
    leafHash: hash?.length === HASH_BYTES ? hash : undefined,
  }));
}

/** Reads tiles in one statement; what is asked for and not there makes the source throw. */
export async function loadTiles(pool: Pool, ids: readonly TileId[]): Promise<TileSource> {
  const name = ({ level, index }: TileId): string => `${level}/${index}`;
  const { rows } = await pool.query<{ level: number; tile: string; hashes: Buffer }>(
    `select level, tile, hashes from tree_tile
      where (level, tile) in (select * from unnest($1::int[], $2::bigint[]))`,
    [int4Column(ids.map(({ level }) => level)), int8Column(ids.map(({ index }) => String(index)))],
  );
  const tiles = new Map(rows.map(({ level, tile, hashes }) => [name({ level, index: Number(tile) }), hashes]));
  return (id) => {
    const hashes = tiles.get(name(id));
    if (!hashes) throw new RangeError(`tile ${name(id)} is missing`);
    return hashes;
  };
}

/** Hashes of ranges of leaves, from stored tiles. */
export async function loadHashes(pool: Pool, ranges: readonly LeafRange[]): Promise<readonly Buffer[]> {
  const tiles = await loadTiles(pool, tilesOf(ranges));
  return ranges.map((range) => rangeHash(range, tiles));
}

/** The leaf hash at an index, as it was sealed. */
export async function loadLeafHash(pool: Pool, seq: number): Promise<Buffer> {
  const [hash] = await loadHashes(pool, [{ start: seq, end: seq + 1 }]);
  return hash!.subarray(0, HASH_BYTES);
}

/** Writes events behind the leaves that are there: which they are, the tiles that changed, and the signed checkpoint. */
export async function writeSeal(
  connection: Connection,
  first: number,
  events: readonly RecordedEvent[],
  tiles: readonly Tile[],
  { size, position: at, root, key, note }: Omit<StoredCheckpoint, 'sealedAt'>,
): Promise<void> {
  await connection.query({
    name: 'seal-events',
    text: 'insert into sealed_batch (first, streams, revisions) values ($1, $2, $3)',
    values: [first, textColumn(events.map(({ stream }) => stream)), int4Column(events.map(({ revision }) => revision))],
  });
  await connection.query({
    name: 'seal-tiles',
    text: `insert into tree_tile (level, tile, hashes) select * from unnest($1::int[], $2::bigint[], $3::bytea[])
           on conflict (level, tile) do update set hashes = excluded.hashes`,
    values: [
      int4Column(tiles.map(({ level }) => level)),
      int8Column(tiles.map(({ index }) => String(index))),
      byteaColumn(tiles.map(({ hashes }) => hashes)),
    ],
  });
  await connection.query({
    name: 'seal-checkpoint',
    text: 'insert into checkpoint (size, position, root, key, note) values ($1, $2, $3, $4, $5)',
    values: [size, at, root, key, note],
  });
}
