import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createPool, type Pool } from '@tallystick/postgres';
import { addDays, type Instant, utcDate } from '@tallystick/vocabulary';
import { connect, type SuiteConnection } from '../src/client/connect';
import { readRunFile } from '../src/client/run-file';
import { waitUntilSettled } from '../src/client/settled';
import { daysBetween, DEMO_MEMBERS, demoDay, type DemoRecord } from '../src/demo/demo-stream';
import { applyChanges, changesOf } from '../src/program/apply';
import { readProgramFile } from '../src/program/program-file';

const WORKSPACE = resolve(__dirname, '../../..');
const MAIN = join(WORKSPACE, 'services/standalone/src/main.ts');
const LIMIT_MS = 60_000;
/** What is killed, in this order; before each, so many days are published that the suite cannot have settled them. */
const KILLS = ['suite', 'suite', 'postgres', 'suite'] as const;
const DAYS_A_KILL = 4;

jest.setTimeout(300_000);

/** Asks until it is so, and fails when the time is up. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + LIMIT_MS; !(await isSo());) {
    if (performance.now() > deadline) throw new Error(`in vain: ${what}`);
    await new Promise((next) => setTimeout(next, 10));
  }
}

/** The suite as a process of its own, on a data folder with its own embedded PostgreSQL. */
class SuiteProcess {
  private child: ChildProcess | undefined;
  private pool: Pool | undefined;
  private readonly members = new Map<string, string>();

  constructor(readonly dataDir: string) {}

  async start(): Promise<void> {
    const { DATABASE_URL: _, ...inherited } = process.env;
    const env = { ...inherited, TALLY_LOG_LEVEL: 'fatal', SWC_NODE_PROJECT: 'tsconfig.base.json' };
    const args = ['-r', '@swc-node/register', MAIN, '--no-demo', '--port', '0', '--data', this.dataDir];
    const child = spawn(process.execPath, args, { cwd: WORKSPACE, env, stdio: 'ignore' });
    this.child = child;
    await until('the suite is up', () => {
      if (child.exitCode !== null) throw new Error(`the suite ended with ${child.exitCode}`);
      return readRunFile(this.dataDir)?.pid === child.pid;
    });
    const { databaseUrl } = readRunFile(this.dataDir)!;
    this.pool = createPool(databaseUrl, { max: 2, applicationName: 'kills-spec', onIdleFault: () => undefined });
  }

  async connected<Result>(work: (connection: SuiteConnection) => Promise<Result>): Promise<Result> {
    const connection = await connect({ dataDir: this.dataDir, mayStart: false });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  async prepare(): Promise<void> {
    await this.connected(async ({ client }) => {
      const program = readProgramFile(join(WORKSPACE, 'docs/examples/demo.yaml'), WORKSPACE);
      await applyChanges(program, await changesOf(program, client), client);
      for (const value of DEMO_MEMBERS) {
        const { body } = await client.send<{ member: string }>('POST', '/v1/members', {
          body: { identifiers: [{ type: 'external', value, verified: true }], store: 'hz-001' },
          idempotencyKey: `kills-${value}`,
        });
        this.members.set(value, body.member);
      }
      await waitUntilSettled(client, { timeoutMs: LIMIT_MS });
    });
  }

  publish(records: readonly DemoRecord[]): Promise<void> {
    return this.connected(async (connection) => {
      const publisher = await connection.publisher();
      for (const topic of ['purchases.v1', 'returns.v1'] as const) {
        const own = records.filter((record) => record.topic === topic);
        await publisher.publish(
          topic,
          own.map(({ message, member }) => {
            const id = member && this.members.get(member);
            const key = id ?? (message.type === 'return-made' && message.purchase ? message.purchase.id : message.id);
            return { key, value: Buffer.from(JSON.stringify(id ? { ...message, member: { id } } : message)) };
          }),
        );
      }
    });
  }

  async count(sql: string): Promise<number> {
    const { rows } = await this.pool!.query<{ count: string }>(`select count(*) from ${sql}`);
    return Number(rows[0]!.count);
  }

  recorded(): Promise<number> {
    return this.count("campaigns.event where type = 'PurchaseRecorded'");
  }

  async kill(what: (typeof KILLS)[number]): Promise<void> {
    const ended = once(this.child!, 'exit');
    if (what === 'suite') this.child!.kill('SIGKILL');
    else process.kill(await this.postmaster(), 'SIGKILL');
    await ended;
    await this.pool!.end();
    this.pool = undefined;
  }

  /** SIGTERM, so that the embedded database ends as well; answers the exit code. */
  async stop(): Promise<number | null> {
    await this.pool?.end();
    const child = this.child!;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    return child.exitCode;
  }

  private async postmaster(): Promise<number> {
    const { rows } = await this.pool!.query<{ data_directory: string }>('show data_directory');
    return Number(readFileSync(join(rows[0]!.data_directory, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  }
}

describe('a suite that is killed while purchases are in flight', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-kills-'));
  const suite = new SuiteProcess(folder);
  const today = utcDate(Date.now() as Instant);
  const days = daysBetween(addDays(today, -60), addDays(today, -60 + KILLS.length * DAYS_A_KILL));
  const published = days.map((day) => demoDay('kills', day));
  const purchases = published.flat().filter(({ topic }) => topic === 'purchases.v1');
  const returns = published.flat().filter(({ topic }) => topic === 'returns.v1');
  // The last purchase of every day names a wrong total.
  const sold = published.flatMap((day) => day.filter(({ topic }) => topic === 'purchases.v1').slice(0, -1));
  const inFlight: number[] = [];

  beforeAll(async () => {
    await suite.start();
    await suite.prepare();
    for (const [index, what] of KILLS.entries()) {
      const before = await suite.recorded();
      await suite.publish(published.slice(index * DAYS_A_KILL, (index + 1) * DAYS_A_KILL).flat());
      await until('something of it is recorded', async () => (await suite.recorded()) > before);
      inFlight.push((index + 1) * DAYS_A_KILL * (sold.length / days.length) - (await suite.recorded()));
      await suite.kill(what);
      await suite.start();
    }
    await suite.connected(({ client }) => waitUntilSettled(client, { timeoutMs: LIMIT_MS }));
  });

  afterAll(async () => {
    await suite.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('had some of them before it at every kill', () => {
    expect(inFlight.filter((count) => count > 0)).toHaveLength(KILLS.length);
  });

  it('records each once, and gives up the wrong ones alone', async () => {
    const letters = await suite.count(`(select from campaigns.dead_letter where topic = 'purchases.v1') as letter`);
    expect([await suite.recorded(), letters]).toEqual([sold.length, purchases.length - sold.length]);
    expect(await suite.count('campaigns.dead_letter')).toBe(purchases.length - sold.length);
    expect(await suite.count("campaigns.event where type = 'ReturnRecorded'")).toBe(returns.length);
  });

  it('gives each member points once for each purchase, and takes them back once for each return', async () => {
    const withMember = (records: readonly DemoRecord[]): number => records.filter(({ member }) => member).length;
    expect(await suite.count("ledger.journal where type = 'PointsAccrued'")).toBe(withMember(sold));
    expect(await suite.count("ledger.journal where type = 'PointsReversed'")).toBe(withMember(returns));
    expect(await suite.count('insights.fact_purchase')).toBe(sold.length);
  });

  it('leaves no letter behind in any other service', async () => {
    const services = ['organization', 'membership', 'ledger', 'settlement', 'insights'];
    const counts = await Promise.all(services.map((service) => suite.count(`${service}.dead_letter`)));
    expect(counts).toEqual(services.map(() => 0));
  });
});
