import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { audienceOf, type BootedServices, bootServices, type Host, hostServices } from '../src';
import { counterDefinition, echoDefinition } from './two-services';

export const DEFINITIONS = [counterDefinition, echoDefinition];

/** Both services on a database of their own, hosted on a port, as a caller outside meets them. */
export class BootedPair {
  private constructor(
    readonly database: TestDatabase,
    readonly pool: Pool,
    readonly dataFolder: string,
    readonly booted: BootedServices,
    readonly host: Host,
  ) {}

  static async start(name: string): Promise<BootedPair> {
    const dataFolder = mkdtempSync(join(tmpdir(), `tallystick-${name}-`));
    const database = await startTestDatabase();
    const pool = createPool(database.url, { max: 2, applicationName: `${name}-spec` });
    const booted = await bootServices(DEFINITIONS, { DATABASE_URL: database.url, TALLY_DATA: dataFolder });
    return new BootedPair(database, pool, dataFolder, booted, await hostServices(booted, { port: 0 }));
  }

  async stop(): Promise<void> {
    await this.host.close();
    await this.booted.close();
    await this.pool.end();
    await this.database.drop();
    rmSync(this.dataFolder, { recursive: true });
  }

  async token(permissions: readonly string[] = ['*'], tenant = 'demo'): Promise<string> {
    const issued = await this.booted.authentication.localIssuer?.issue({
      subject: 'ops',
      tenant,
      program: 'main',
      permissions,
      audience: DEFINITIONS.map(({ name }) => audienceOf(name)),
    });
    return `Bearer ${issued}`;
  }

  async add(counter: string, by: string, key: string): Promise<string> {
    const answer = await fetch(`${this.host.url}/v1/counters/${counter}`, {
      method: 'POST',
      headers: {
        authorization: await this.token(),
        'content-type': 'application/json',
        'idempotency-key': key,
        'x-correlation-id': `c-${key}`,
      },
      body: JSON.stringify({ by }),
    });
    return `${answer.status} ${await answer.text()}`;
  }
}
