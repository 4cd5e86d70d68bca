import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ReplicaCalls, ReplicaRequest } from './ledger-replica';

const WORKSPACE = join(__dirname, '../../..');

interface Waiting {
  settle(answer: unknown): void;
  fail(error: Error): void;
}

/** A process that carries out the ledger's commands and policies on a database, beside others that do the same. */
export class ReplicaProcess {
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, answer, error }: { id: number; answer: unknown; error?: string }) => {
      const caller = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) caller?.settle(answer);
      else caller?.fail(new Error(error));
    });
    child.once('exit', (code, signal) => {
      for (const { fail } of this.waiting.values()) fail(new Error(`the replica ended with ${code ?? signal}`));
    });
  }

  /** Two of them on one database; resolves when they can be asked. */
  static two(databaseUrl: string): Promise<readonly ReplicaProcess[]> {
    return Promise.all([ReplicaProcess.start(databaseUrl), ReplicaProcess.start(databaseUrl)]);
  }

  private static async start(databaseUrl: string): Promise<ReplicaProcess> {
    const child = fork(join(__dirname, 'ledger-replica.ts'), [databaseUrl], {
      cwd: WORKSPACE,
      env: { PATH: process.env['PATH'], SWC_NODE_PROJECT: join(WORKSPACE, 'tsconfig.base.json') },
      execArgv: ['-r', '@swc-node/register'],
      serialization: 'advanced',
    });
    const replica = new ReplicaProcess(child);
    await replica.answerTo(0);
    return replica;
  }

  /** Carries it out at once, whatever else it was asked for meanwhile. */
  ask<Call extends keyof ReplicaCalls>(
    call: Call,
    ...asked: Parameters<ReplicaCalls[Call]>
  ): ReturnType<ReplicaCalls[Call]> {
    const request: ReplicaRequest = { id: (this.calls += 1), call, asked };
    this.child.send(request);
    return this.answerTo(request.id) as ReturnType<ReplicaCalls[Call]>;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  private answerTo(id: number): Promise<unknown> {
    return new Promise((settle, fail) => this.waiting.set(id, { settle, fail }));
  }
}
