/** Bytes of the length that stands before each field: of a sealed event, and of a row that PostgreSQL copies. */
export const LENGTH_BYTES = 4;

const DIGIT_0 = 0x30;

/** Where what follows the field at `at` begins, its length being a big-endian number; nothing checks that it is there. */
export function behindField(bytes: Buffer, at: number): number {
  const length = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return at + LENGTH_BYTES + length;
}

/** A whole number from decimal digits between two places. */
export function decimalAt(bytes: Buffer, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + bytes[at]! - DIGIT_0;
  return number;
}
