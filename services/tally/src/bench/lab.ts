import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type EmbeddedPostgres, type Pool, startEmbeddedPostgres } from '@tallystick/postgres';
import { type ServedService, serveService } from './served-service';
import { runTask, type TaskOptions } from './task';
import type { Place } from './tasks/place';

/** What the server was told that bears on speed, as it answers it. */
const SETTINGS_SHOWN = [
  'server_version',
  'shared_buffers',
  'max_wal_size',
  'min_wal_size',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'data_checksums',
];

const PREPARED = 'tallystick_bench';

export interface LabOptions {
  /** Default: a new folder that is removed at the end. */
  readonly dataDir?: string;
  readonly cpuProfile?: string;
}

/** A database server of the bench profile, and databases on it that hold the bench's program and nothing else. */
export class Lab {
  private made = 0;

  private constructor(
    private readonly folder: string,
    private readonly isOurs: boolean,
    private readonly server: EmbeddedPostgres,
    private readonly admin: Pool,
    private readonly taskOptions: TaskOptions,
  ) {}

  static async open({ dataDir, cpuProfile }: LabOptions): Promise<Lab> {
    const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'tallystick-bench-'));
    // The server may run under an account of its own, which must be able to reach its folder.
    if (!dataDir) chmodSync(folder, 0o711);
    const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), profile: 'bench' });
    const admin = createPool(server.url, { max: 1, applicationName: 'tally-bench-lab' });
    const lab = new Lab(folder, !dataDir, server, admin, { cpuProfile });
    try {
      await admin.query(`drop database if exists ${PREPARED} with (force)`);
      await admin.query(`create database ${PREPARED}`);
      await runTask('prepare', lab.place(PREPARED));
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** What the server says of itself. */
  async settings(): Promise<Record<string, string>> {
    const { rows } = await this.admin.query<{ name: string; value: string }>(
      'select name, current_setting(name) as value from unnest($1::text[]) as name',
      [SETTINGS_SHOWN],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  /** Gives a fresh database, prepared, with a checkpoint behind it; it is gone afterwards. */
  inFreshDatabase<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
    return this.inDatabase(PREPARED, work);
  }

  /** Gives an empty database: for another bus, whose positions are not those of the prepared one. */
  inEmptyDatabase<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
    return this.inDatabase('template0', work);
  }

  private async inDatabase<Result>(template: string, work: (place: Place) => Promise<Result>): Promise<Result> {
    const name = `${PREPARED}_${++this.made}`;
    await this.admin.query(`drop database if exists ${name} with (force)`);
    await this.admin.query(`create database ${name} template ${template}`);
    await this.admin.query('checkpoint');
    try {
      return await work(this.place(name));
    } finally {
      await this.admin.query(`drop database if exists ${name} with (force)`);
    }
  }

  /** Runs a task in a process of its own. */
  run<Result>(kind: string, input: Place & Readonly<Record<string, unknown>>): Promise<Result> {
    return runTask<Result>(kind, input, this.taskOptions);
  }

  /** Runs a service as a process of its own, as `nx serve` does. */
  serve(service: string, place: Place): Promise<ServedService> {
    return serveService(service, place, this.taskOptions.cpuProfile);
  }

  async close(): Promise<void> {
    await this.admin.end();
    await this.server.stop();
    if (this.isOurs) rmSync(this.folder, { recursive: true, force: true });
  }

  private place(database: string): Place {
    const address = new URL(this.server.url);
    address.pathname = `/${database}`;
    return { databaseUrl: address.toString(), dataDir: join(this.folder, 'keys'), rootPid: process.pid };
  }
}
