import { fork } from 'node:child_process';
import { join } from 'node:path';
import { keepChild } from './children';

/** What a bench process of its own is asked to do. */
export interface Task {
  readonly kind: string;
  readonly input: unknown;
}

/** What it answers, once. */
export type TaskAnswer = { readonly result: unknown } | { readonly fault: string };

export interface TaskOptions {
  /** Writes a processor profile of the process into this folder. */
  readonly cpuProfile?: string;
  /** Environment beside PATH and HOME; nothing else of ours is handed on. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The flags that production runs with (tools/launch.mjs). */
const FLAGS = ['--max-semi-space-size=64', '--enable-source-maps'];

/** Runs a task in a fresh process, as production runs, and resolves with its answer when the process has ended. */
export async function runTask<Result>(kind: string, input: unknown, options: TaskOptions = {}): Promise<Result> {
  const { cpuProfile, environment = {} } = options;
  const profile = profileFlags(cpuProfile, kind);
  const child = fork(join(__dirname, 'worker.js'), [kind], {
    execArgv: [...FLAGS, ...profile],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], KAFKAJS_NO_PARTITIONER_WARNING: '1', ...environment },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  keepChild(child);
  let answer: TaskAnswer | undefined;
  child.on('message', (message) => (answer = message as TaskAnswer));
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 'nothing'));
  });
  child.send({ kind, input } satisfies Task);
  const how = await ended;
  if (answer && 'result' in answer) return answer.result as Result;
  throw new Error(`${kind}: ${answer?.fault ?? `its process ended with ${how}`}`);
}

/** Flags that write a processor profile of a process, named after what it does, into a folder; none without one. */
export function profileFlags(folder: string | undefined, name: string): readonly string[] {
  if (folder === undefined) return [];
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
}
