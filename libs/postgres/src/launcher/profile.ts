import { totalmem } from 'node:os';

/** `durable`: what people run. `test`: nothing survives a power cut. `bench`: durable, with all the memory that helps. */
export type ServerProfile = 'durable' | 'test' | 'bench';

const MEGABYTE = 1024 * 1024;

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / MEGABYTE)}MB`;
}

/** Server settings of a profile (design §7; bench: performance §"PostgreSQL settings"). */
export function serverSettings(profile: ServerProfile, memory = totalmem()): Readonly<Record<string, string>> {
  const always = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const quarter = memory / 4;
  switch (profile) {
    case 'durable':
      return { ...always, shared_buffers: megabytes(Math.min(quarter, 1024 * MEGABYTE)), max_wal_size: '2GB' };
    case 'bench':
      return { ...always, shared_buffers: megabytes(quarter), max_wal_size: '8GB', min_wal_size: '4GB' };
    case 'test':
      return {
        ...always,
        shared_buffers: '128MB',
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
      };
  }
}
