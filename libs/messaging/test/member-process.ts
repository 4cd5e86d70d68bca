import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { MemberProcess } from '@tallystick/testing';

/** What a member process is told at its start. */
export interface ProcessOrders {
  readonly bus: 'postgres' | 'kafka';
  /** The database of positions and effects. */
  readonly url: string;
  readonly schema: string;
  readonly brokers?: string;
  readonly consumer: string;
  readonly topic: string;
  readonly leaseMs: number;
}

const WORKSPACE = join(__dirname, '../../..');

export async function startMemberProcess(orders: ProcessOrders): Promise<MemberProcess> {
  const script = join(__dirname, 'member-process.main.ts');
  const child = spawn(process.execPath, ['-r', '@swc-node/register', script, JSON.stringify(orders)], {
    cwd: WORKSPACE,
    env: {
      ...process.env,
      SWC_NODE_PROJECT: join(WORKSPACE, 'tsconfig.base.json'),
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = new Set<string>();
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.add(line);
    for (const heard of [...listeners]) heard();
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    said: (line) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!said.has(line)) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        void ended.then(() => reject(new Error(`the process ended without saying ${line}`)));
        check();
      }),
    tell: (line) => void child.stdin.write(`${line}\n`),
    signal: (name) => void child.kill(name),
    ended,
  };
}
