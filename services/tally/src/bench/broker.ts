import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { workspaceRoot } from '../commands/workspace';

/** A Kafka broker of the bench's own. */
export interface Broker {
  readonly brokers: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 180_000;

/** Why no broker can run here; `undefined` where one can. */
export function whyNoBroker(): string | undefined {
  const { status, stderr } = spawnSync(process.execPath, [launcher(), '--check'], { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim() || 'no broker can run here';
}

/** Starts a broker from its published jars (tools/kafka.mjs); its topics are gone when it stops, or when we do. */
export async function startBroker(): Promise<Broker> {
  const child = spawn(process.execPath, [launcher(), '--json'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  try {
    return { brokers: await announced(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function announced(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the broker does not become ready')), READY_WITHIN_MS);
    child.once('exit', () => reject(new Error('the broker ended')));
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(late);
      resolve((JSON.parse(line) as { readonly brokers: string }).brokers);
    });
  });
}

function launcher(): string {
  return join(workspaceRoot(), 'tools/kafka.mjs');
}
