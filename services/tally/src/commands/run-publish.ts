import { waitUntilSettled } from '@tallystick/standalone';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Order } from '../formats/order';
import { type Format, publishFile } from './publish';
import { type GlobalOptions, inSession } from './session';
import { RestartedSuite } from './way-to-suite';

interface Options {
  readonly format: Format;
  readonly order: Order;
  readonly seed: string;
  readonly rate?: number;
  readonly store: string;
  readonly wait?: boolean;
  readonly timeout: number;
}

export async function runPublish(file: string, options: Options, command: Command): Promise<void> {
  const { data } = command.optsWithGlobals<GlobalOptions>();
  await inSession(command, async ({ suite, connectOptions, progress, tell }) => {
    const started = performance.now();
    const way = new RestartedSuite(suite, connectOptions);
    const report = await publishFile(
      { ...options, file, enrolAt: options.store, memory: join(data, 'publish'), suite: suite.identity, progress },
      way,
    );
    if (options.wait) await waitUntilSettled(way.client, { timeoutMs: options.timeout * 1000 });
    await way.close();
    const seconds = (performance.now() - started) / 1000;
    const rate = Math.round(report.published / seconds);
    tell({ ...report, seconds: Number(seconds.toFixed(2)), rate, settled: options.wait ?? false }, [
      `published ${report.published} records in ${seconds.toFixed(1)} s (${rate}/s${options.wait ? ', settled' : ''})`,
      `enrolled ${report.enrolled} customers on first sight`,
      ...(report.skipped > 0 ? [`went on after ${report.skipped} records of an interrupted run`] : []),
      ...Object.entries(report.leftOut).map(([why, count]) => `left out ${count}: ${why}`),
    ]);
  });
}
