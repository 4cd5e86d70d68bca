/** Start of every file in PostgreSQL's binary COPY format: signature, flags, no header extension. */
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

/** One value in binary form; `null` is SQL's null. */
export type Field = Buffer | null;

/** A file in binary COPY format of these rows. */
export function copyFile(rows: Iterable<readonly Field[]>): Buffer {
  const parts: Buffer[] = [HEADER];
  for (const fields of rows) {
    const count = Buffer.alloc(2);
    count.writeInt16BE(fields.length);
    parts.push(count);
    for (const field of fields) {
      const length = Buffer.alloc(4);
      length.writeInt32BE(field === null ? -1 : field.length);
      parts.push(length);
      if (field !== null) parts.push(field);
    }
  }
  return Buffer.concat([...parts, TRAILER]);
}

/** Cuts a whole binary COPY file into files of at most so many rows each. */
export function cutFile(file: Buffer, rowsEach: number): { readonly files: Buffer[]; readonly rows: number } {
  const files: Buffer[] = [];
  let rows = 0;
  let at = HEADER.length;
  let from = at;
  const cut = (): void => {
    if (at > from) files.push(Buffer.concat([HEADER, file.subarray(from, at), TRAILER]));
    from = at;
  };
  for (let fields = file.readInt16BE(at); fields >= 0; fields = file.readInt16BE(at)) {
    at += 2;
    for (let i = 0; i < fields; i++) at += 4 + Math.max(0, file.readInt32BE(at));
    rows += 1;
    if (rows % rowsEach === 0) cut();
  }
  cut();
  return { files, rows };
}

export function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function int8(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

/** Milliseconds since 1970 as a timestamptz: microseconds since 2000. */
export function timestamptz(ms: number): Buffer {
  return int8((ms - 946_684_800_000) * 1000);
}
