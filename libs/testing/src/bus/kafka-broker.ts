import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { startKafkaContainer, whyNoContainer } from './kafka-container';

const LAUNCHER = resolve(__dirname, '../../../../tools/kafka.mjs');

/** A real Kafka broker, for one suite. */
export interface KafkaBroker {
  /** Addresses for a client, `host:port`. */
  readonly brokers: readonly string[];
  /** Ends the broker as a power cut would. Its topics stay. */
  kill(): Promise<void>;
  /** Starts a killed broker again at the same address with the same topics. */
  restart(): Promise<void>;
  /** Ends the broker and removes its topics. */
  stop(): Promise<void>;
}

interface Running {
  readonly address: string;
  readonly launcher: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly brokerPid: number;
}

/** Why no broker can be started here, for the line `NOT RUN: …`; undefined where one can. */
export function whyNoKafka(): string | undefined {
  const noJars = whyNoJars();
  if (noJars === undefined) return undefined;
  const noContainer = whyNoContainer();
  return noContainer && `${noJars}; ${noContainer}`;
}

function whyNoJars(): string | undefined {
  const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, '--check'], { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim();
}

/**
 * Starts a broker on loopback, on a free port and with a folder of its own: from its jars where Java and Maven are, else
 * in a container. It ends with this process, however that ends. Throws where it cannot start; ask `whyNoKafka` before.
 */
export async function startKafka(): Promise<KafkaBroker> {
  return whyNoJars() === undefined ? startKafkaFromJars() : startKafkaContainer();
}

async function startKafkaFromJars(): Promise<KafkaBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-kafka-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  let running = await launch(folder, '0').catch((error: unknown) => {
    remove();
    throw error;
  });
  const { address } = running;
  return {
    brokers: [address],
    async kill() {
      const gone = ended(running);
      process.kill(running.brokerPid, 'SIGKILL');
      await gone;
    },
    async restart() {
      running = await launch(folder, address.split(':')[1] ?? '0');
    },
    async stop() {
      const gone = ended(running);
      running.launcher.stdin.end();
      await gone;
      remove();
    },
  };
}

async function launch(folder: string, port: string): Promise<Running> {
  const args = [LAUNCHER, '--json', '--data', folder, '--port', port];
  const launcher = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  launcher.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const lines = createInterface({ input: launcher.stdout });
  const first = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  if (first.length === 0) throw new Error(`Kafka did not start: ${complaint.trim()}`);
  const { brokers, pid } = JSON.parse(String(first[0])) as { brokers: string; pid: number };
  return { address: brokers, launcher, brokerPid: pid };
}

async function ended({ launcher }: Running): Promise<void> {
  if (launcher.exitCode === null && launcher.signalCode === null) await once(launcher, 'exit');
}
