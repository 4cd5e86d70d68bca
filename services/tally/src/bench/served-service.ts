import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '@tallystick/postgres';
import { workspaceRoot } from '../commands/workspace';
import { keepChild } from './children';
import { profileFlags } from './task';
import type { Place } from './tasks/place';

/** A service in a process of its own. */
export interface ServedService {
  readonly address: string;
  readonly servicePid: number;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
/** The launcher's preload: when the bench is gone, however it went, the service is asked to end. */
const END_WITH_PARENT = ['--require', join(workspaceRoot(), 'tools/end-with-parent.cjs')];
const SERVICES = join(__dirname, '../../../');

/** Starts a service as production does and resolves when it is ready. */
export async function serveService(
  service: string,
  { databaseUrl, dataDir }: Place,
  cpuProfile: string | undefined,
): Promise<ServedService> {
  const port = await freePort();
  const profile = profileFlags(cpuProfile, service);
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=64',
      '--enable-source-maps',
      ...END_WITH_PARENT,
      ...profile,
      join(SERVICES, service, 'src/main.js'),
    ],
    {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: databaseUrl,
        TALLY_DATA: dataDir,
        TALLY_PORT: String(port),
        TALLY_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  keepChild(child);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const address = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(address))) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`${service} did not become ready`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { address, servicePid: child.pid!, stop };
}

async function isReady(address: string): Promise<boolean> {
  try {
    return (await fetch(`${address}/health/ready`)).ok;
  } catch {
    return false;
  }
}
