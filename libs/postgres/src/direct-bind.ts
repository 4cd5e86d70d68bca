import type { Duplex } from 'node:stream';
import type { BindConfig, PoolClient } from 'pg';
import { wireOf } from './wire';

/** Parameters from this size on are handed to the socket as they are; smaller ones are gathered first. */
const LARGE_BYTES = 4_096;

const BIND = 0x42;
const TEXT_FORMAT = 0;
const BINARY_FORMAT = 1;
const NULL_LENGTH = -1;

/**
 * Sends the large binary parameters of a connection's statements without copying them. `pg` gathers a whole Bind message
 * in one growing buffer, which moves a batch's megabyte several times (decision 0020). Statements without such a
 * parameter go on as before. A buffer given as a parameter must not be written to afterwards.
 */
export function bindWithoutCopies(client: PoolClient): void {
  const connection = wireOf(client);
  if (!connection) return;
  const { stream } = connection;
  const bind = connection.bind.bind(connection);
  connection.bind = (config, more) => {
    if (config?.values?.some(isLarge)) writeBind(stream, config, config.values);
    else bind(config, more);
  };
}

function isLarge(value: unknown): value is Buffer {
  return value instanceof Buffer && value.length >= LARGE_BYTES;
}

type Values = NonNullable<BindConfig['values']>;

/** A Bind message of the extended query protocol (PostgreSQL documentation, "Message Formats"); results are text. */
function writeBind(stream: Duplex, { portal = '', statement = '', valueMapper }: BindConfig, values: Values): void {
  const mapped = values.map((value, index): unknown => (valueMapper ? valueMapper(value, index) : value));
  const encoded = mapped.map((value) => {
    if (value === null || value === undefined) return null;
    return value instanceof Buffer ? value : Buffer.from(String(value));
  });
  const formats = mapped.map((value) => (value instanceof Buffer ? BINARY_FORMAT : TEXT_FORMAT));
  const names = Buffer.from(`${portal}\0${statement}\0`);
  let length = 4 + names.length + 2 + formats.length * 2 + 2 + 4;
  for (const value of encoded) length += 4 + (value?.length ?? 0);
  const message = new Chunks(stream);
  message.byte(BIND);
  message.int32(length);
  message.bytes(names);
  message.int16(formats.length);
  for (const format of formats) message.int16(format);
  message.int16(encoded.length);
  for (const value of encoded) {
    message.int32(value?.length ?? NULL_LENGTH);
    if (value) message.bytes(value);
  }
  message.int16(1);
  message.int16(TEXT_FORMAT);
  message.end();
}

/** Gathers what is small and passes on what is large; the caller has corked the stream, so all leaves in one call. */
class Chunks {
  private small = Buffer.allocUnsafe(LARGE_BYTES);
  private used = 0;

  constructor(private readonly stream: Duplex) {}

  byte(value: number): void {
    this.reserve(1);
    this.used = this.small.writeUInt8(value, this.used);
  }

  int16(value: number): void {
    this.reserve(2);
    this.used = this.small.writeInt16BE(value, this.used);
  }

  int32(value: number): void {
    this.reserve(4);
    this.used = this.small.writeInt32BE(value, this.used);
  }

  bytes(value: Buffer): void {
    if (value.length >= LARGE_BYTES) {
      this.end();
      this.stream.write(value);
      return;
    }
    this.reserve(value.length);
    this.used += value.copy(this.small, this.used);
  }

  end(): void {
    if (this.used > 0) this.stream.write(this.small.subarray(0, this.used));
    this.small = this.small.subarray(this.used);
    this.used = 0;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.small.length) return;
    this.end();
    this.small = Buffer.allocUnsafe(LARGE_BYTES);
  }
}
