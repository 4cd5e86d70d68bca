/**
 * Partitions of every topic in memory: few, so that the keys of a simulation share them and wait behind each other, and
 * enough to lag behind each other.
 */
export const PARTITIONS = 3;
