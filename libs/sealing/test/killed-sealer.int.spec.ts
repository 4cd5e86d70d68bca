import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { eventLeafHash, GrowingTree, verifyConsistency } from '@tallystick/proof';
import { until } from '@tallystick/testing';
import { AuditLog, checkpointsAfter, latestCheckpoint, sealedLeaves } from '../src';
import { ORIGIN, SealedLogFixture } from './sealed-log-fixture';

const KILLS = Number(process.env.TALLY_SEALER_KILLS ?? 3);

/** Events that lie unsealed at most, while a sealer starts: as many as one kill can meet. */
const AHEAD = 200;

jest.setTimeout(60_000 + KILLS * 15_000);

/** A sealer as a process of its own that nobody asks to stop. */
async function sealerProcess({ url }: SealedLogFixture): Promise<ChildProcess> {
  const seed = Buffer.alloc(32, 1).toString('base64');
  const script = join(__dirname, 'sealer-process.ts');
  const child = spawn(process.execPath, ['-r', '@swc-node/register', script, url, 'ledger', ORIGIN, seed], {
    cwd: resolve(__dirname, '../../..'),
    env: { ...process.env, SWC_NODE_PROJECT: 'tsconfig.base.json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return child;
}

describe('a process that seals', () => {
  let log: SealedLogFixture;
  afterEach(() => log?.close());

  it(`killed ${KILLS} times in the middle leaves one line of checkpoints, and seals nothing twice`, async () => {
    log = await SealedLogFixture.open();
    const size = async (): Promise<number> => (await latestCheckpoint(log.pool))?.size ?? 0;
    let appended = 0;
    let isOver = false;
    const appending = (async () => {
      for (; !isOver; appended += 5) {
        await log.append(5);
        await until('the sealer is not far behind', async () => isOver || appended < (await size()) + AHEAD);
      }
    })();
    let child = await sealerProcess(log);
    try {
      for (let kill = 1; kill <= KILLS; kill++) {
        const before = await size();
        await until('it seals', async () => (await size()) > before + 7 * kill);
        // The next one waits for the lease already.
        const [next] = await Promise.all([
          sealerProcess(log),
          once(child, 'exit'),
          Promise.resolve(child.kill('SIGKILL')),
        ]);
        child = next;
      }
    } finally {
      isOver = true;
      await appending;
      child.kill('SIGKILL');
    }
    log.start();
    await log.sealedTo(appended);

    const events = await log.events();
    const tree = new GrowingTree(0, () => Buffer.alloc(0));
    tree.append(events.map(eventLeafHash));
    expect((await latestCheckpoint(log.pool))!.root).toEqual(tree.root());
    const leaves = await sealedLeaves(log.pool, 0, 100_000);
    expect(leaves.map(({ seq, stream, revision }) => ({ seq, stream, revision }))).toEqual(
      events.map(({ stream, revision }, seq) => ({ seq, stream, revision })),
    );
    const sealed = await checkpointsAfter(log.pool, 0, 100_000);
    const audit = new AuditLog(log.pool, log.store);
    for (const [at, to] of sealed.entries()) {
      const from = sealed[Math.max(0, at - 1)]!;
      if (at > 0) expect(to.size).toBeGreaterThan(from.size);
      if (at % 20 > 0) continue;
      const { proof } = (await audit.consistency(from.size, to.size))!;
      expect(verifyConsistency(from, to, proof)).toBe(true);
    }
    expect(sealed.length).toBeGreaterThan(KILLS);
  });
});
