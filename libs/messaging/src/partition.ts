import { PARTITIONS } from './bus';

/** Kafka's default partitioner (murmur2, sign bit cleared) over the key's UTF-8 bytes. */
export function partitionOf(key: string, partitions = PARTITIONS): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
}

/** MurmurHash2, 32 bit, seed 0x9747b28c, as org.apache.kafka.common.utils.Utils.murmur2. */
function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const multiplier = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  let at = 0;
  for (; length - at >= 4; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    word = Math.imul(word, multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  if (length - at === 3) hash ^= bytes[at + 2]! << 16;
  if (length - at >= 2) hash ^= bytes[at + 1]! << 8;
  if (length - at >= 1) hash = Math.imul(hash ^ bytes[at]!, multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}
