/**
 * One column of many rows as a parameter: a PostgreSQL array in binary form, which `pg` passes on as it is. Used as
 * `unnest($1::bigint[], $2::text[])`, it spares the array literal's escaping here and its parsing there. Element types
 * must match the cast exactly: the server compares them.
 */
const INT4_OID = 23;
const INT8_OID = 20;
const TEXT_OID = 25;
const UUID_OID = 2950;
const BYTEA_OID = 17;
const BOOL_OID = 16;
const TIMESTAMPTZ_OID = 1184;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const TWO_TO_32 = 0x1_0000_0000;
/** Milliseconds from 1970 to 2000, where PostgreSQL's clock starts. */
const POSTGRES_EPOCH = 946_684_800_000;

function writeHeader(buffer: Buffer, oid: number, count: number, hasNull: boolean): number {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return HEADER_BYTES;
}

function emptyArray(oid: number): Buffer {
  const buffer = Buffer.alloc(12);
  buffer.writeInt32BE(oid, 8);
  return buffer;
}

function fixedColumn<Value>(
  oid: number,
  width: number,
  values: readonly (Value | null)[],
  write: (buffer: Buffer, value: Value, at: number) => void,
): Buffer {
  if (values.length === 0) return emptyArray(oid);
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (LENGTH_BYTES + width));
  let hasNull = false;
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      hasNull = true;
      at = buffer.writeInt32BE(-1, at);
    } else {
      at = buffer.writeInt32BE(width, at);
      write(buffer, value, at);
      at += width;
    }
  }
  writeHeader(buffer, oid, values.length, hasNull);
  return buffer.subarray(0, at);
}

function writeSafeInteger(buffer: Buffer, value: number, at: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), at);
  buffer.writeUInt32BE(value >>> 0, at + 4);
}

function writeInt8(buffer: Buffer, value: bigint | number | string, at: number): void {
  if (typeof value === 'bigint') {
    buffer.writeBigInt64BE(value, at);
    return;
  }
  if (typeof value === 'string' && !/^-?\d+$/.test(value)) throw new TypeError(`not a decimal integer: ${value}`);
  const integer = Number(value);
  if (Number.isSafeInteger(integer)) writeSafeInteger(buffer, integer, at);
  else if (typeof value === 'string') buffer.writeBigInt64BE(BigInt(value), at);
  else throw new TypeError(`not an exact integer: ${value}`);
}

/** int4[]; refuses fractions and what exceeds 32 bits. */
export function int4Column(values: readonly (number | null)[]): Buffer {
  return fixedColumn(INT4_OID, 4, values, (buffer, value, at) => {
    if (!Number.isInteger(value)) throw new TypeError(`not an integer: ${value}`);
    buffer.writeInt32BE(value, at);
  });
}

/** int8[] of bigint, safe integers or decimal text (leading zeros allowed: positions); refuses inexact numbers and what exceeds 64 bits. */
export function int8Column(values: readonly (bigint | number | string | null)[]): Buffer {
  return fixedColumn(INT8_OID, 8, values, writeInt8);
}

/** bool[] */
export function boolColumn(values: readonly (boolean | null)[]): Buffer {
  return fixedColumn(BOOL_OID, 1, values, (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at));
}

/** uuid[] of text with or without dashes; refuses anything else. */
export function uuidColumn(values: readonly (string | null)[]): Buffer {
  return fixedColumn(UUID_OID, 16, values, writeUuid);
}

/** Digit by digit: no text is cut or joined on the way. */
function writeUuid(buffer: Buffer, value: string, at: number): void {
  let digits = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === DASH) continue;
    const digit = code < HEX_DIGITS.length ? HEX_DIGITS[code]! : NO_DIGIT;
    if (digit === NO_DIGIT || digits === 32) throw new TypeError(`not a UUID: ${value}`);
    const byte = at + (digits >> 1);
    buffer[byte] = digits % 2 === 0 ? digit << 4 : buffer[byte]! | digit;
    digits += 1;
  }
  if (digits !== 32) throw new TypeError(`not a UUID: ${value}`);
}

const DASH = 0x2d;
const NO_DIGIT = 0xff;
const HEX_DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX_DIGITS[text.charCodeAt(0)] = digit;
  HEX_DIGITS[text.toUpperCase().charCodeAt(0)] = digit;
}

/** timestamptz[] of milliseconds since 1970 (UTC). */
export function timestamptzColumn(values: readonly (number | null)[]): Buffer {
  return fixedColumn(TIMESTAMPTZ_OID, 8, values, (buffer, value, at) => {
    if (!Number.isInteger(value)) throw new TypeError(`not an instant in milliseconds: ${value}`);
    const microseconds = (value - POSTGRES_EPOCH) * 1000;
    if (Number.isSafeInteger(microseconds)) writeSafeInteger(buffer, microseconds, at);
    else buffer.writeBigInt64BE(BigInt(value - POSTGRES_EPOCH) * 1000n, at);
  });
}

/** text[] */
export function textColumn(values: readonly (string | null)[]): Buffer {
  if (values.length === 0) return emptyArray(TEXT_OID);
  let capacity = HEADER_BYTES + values.length * LENGTH_BYTES;
  // A UTF-16 unit takes at most three bytes of UTF-8; one generous allocation is cheaper than measuring every text.
  for (const value of values) if (value !== null) capacity += value.length * 3;
  const buffer = Buffer.allocUnsafe(capacity);
  let hasNull = false;
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      hasNull = true;
      at = buffer.writeInt32BE(-1, at);
    } else {
      const written = writeText(buffer, value, at + LENGTH_BYTES);
      buffer.writeInt32BE(written, at);
      at += LENGTH_BYTES + written;
    }
  }
  writeHeader(buffer, TEXT_OID, values.length, hasNull);
  return buffer.subarray(0, at);
}

/** Most texts are short and plain: writing those here is cheaper than the call out of the engine. */
function writeText(buffer: Buffer, text: string, at: number): number {
  if (text.length > SHORT_TEXT) return buffer.write(text, at, 'utf8');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return buffer.write(text, at, 'utf8');
    buffer[at + i] = code;
  }
  return text.length;
}

const SHORT_TEXT = 64;

/** bytea[] */
export function byteaColumn(values: readonly (Uint8Array | null)[]): Buffer {
  if (values.length === 0) return emptyArray(BYTEA_OID);
  let size = HEADER_BYTES + values.length * LENGTH_BYTES;
  for (const value of values) if (value !== null) size += value.length;
  const buffer = Buffer.allocUnsafe(size);
  let hasNull = false;
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      hasNull = true;
      at = buffer.writeInt32BE(-1, at);
    } else {
      at = buffer.writeInt32BE(value.length, at);
      buffer.set(value, at);
      at += value.length;
    }
  }
  writeHeader(buffer, BYTEA_OID, values.length, hasNull);
  return buffer;
}

const ARRAY_TYPES: ReadonlyMap<number, string> = new Map([
  [INT4_OID, 'int[]'],
  [INT8_OID, 'bigint[]'],
  [TEXT_OID, 'text[]'],
  [UUID_OID, 'uuid[]'],
  [BYTEA_OID, 'bytea[]'],
  [BOOL_OID, 'boolean[]'],
  [TIMESTAMPTZ_OID, 'timestamptz[]'],
]);

/** The type to which the parameter of a column made here is cast: its bytes say it themselves. */
export function arrayTypeOf(column: Buffer): string {
  const type = ARRAY_TYPES.get(column.readInt32BE(8));
  if (type === undefined) throw new TypeError('not a column of many rows');
  return type;
}
