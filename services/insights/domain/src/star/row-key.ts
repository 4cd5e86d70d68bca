/** Partitions per topic are fewer than this, so that key and partition fit one integer. */
const PARTITION_SLOTS = 16n;

/**
 * The key of a fact row: where its record lies on the bus, as one integer that grows with the log and is unique per
 * topic. `position` is decimal text.
 */
export function rowKey(position: string, partition: number): bigint {
  return BigInt(position) * PARTITION_SLOTS + BigInt(partition);
}
