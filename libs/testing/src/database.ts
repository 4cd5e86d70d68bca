import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, quoteIdentifier, startEmbeddedPostgres } from '@tallystick/postgres';
import { endServerWithThisProcess } from './database-reaper';

export { freePort } from '@tallystick/postgres';

/** A database of its own, empty. */
export interface TestDatabase {
  readonly url: string;
  /** Disconnects whoever is left and removes the database. */
  drop(): Promise<void>;
}

interface SharedServer {
  readonly url: string;
  /** Tells this process from an earlier one with the same id. */
  readonly since: number;
}

let server: Promise<string> | undefined;

/** Jest gives every suite its own modules and globals, so suites of one process find their server through a file. */
function sharedFolder(): string {
  return join(tmpdir(), `tallystick-test-${process.pid}`);
}

function runningServer(folder: string): string | undefined {
  try {
    const { url, since } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as SharedServer;
    return since === performance.timeOrigin ? url : undefined;
  } catch {
    return undefined;
  }
}

async function startServer(): Promise<string> {
  const folder = sharedFolder();
  const running = runningServer(folder);
  if (running !== undefined) return running;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o711 });
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), profile: 'test' });
  endServerWithThisProcess(postgres.pid, folder);
  const shared: SharedServer = { url: postgres.url, since: performance.timeOrigin };
  writeFileSync(join(folder, 'server.json'), JSON.stringify(shared), { mode: 0o600 });
  return postgres.url;
}

async function runAsAdmin(url: string, statement: string): Promise<void> {
  const pool = createPool(url, { max: 1, applicationName: 'tallystick-test-admin' });
  try {
    await pool.query(statement);
  } finally {
    await pool.end();
  }
}

/**
 * A fresh, uniquely named database on a real PostgreSQL: the server of `DATABASE_URL` where that is set, else an embedded
 * one that all suites of this process use and that ends with the process, however that ends.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env['DATABASE_URL'] ?? (await (server ??= startServer()));
  const name = `tallystick_test_${randomBytes(8).toString('hex')}`;
  await runAsAdmin(adminUrl, `create database ${quoteIdentifier(name)} template template0`);
  const address = new URL(adminUrl);
  address.pathname = `/${name}`;
  return {
    url: address.toString(),
    drop: () => runAsAdmin(adminUrl, `drop database if exists ${quoteIdentifier(name)} with (force)`),
  };
}
