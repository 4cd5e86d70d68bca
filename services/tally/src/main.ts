import 'reflect-metadata';
import { openLog, useLog } from '@tallystick/observability';
import { RefusedRequest } from '@tallystick/standalone';
import { CommanderError } from 'commander';
import { program } from './program';

/** Exit codes: 0 done · 1 not so (a check failed, a dry run found changes to make is still 0) · 2 the call is wrong. */
async function main(): Promise<void> {
  // What a suite of its own logs must not stand among what was asked for.
  useLog(openLog({ level: process.env['TALLY_LOG_LEVEL'] ?? 'warn', destination: process.stderr }));
  try {
    await program().parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`tally: ${message}\n`);
    if (!(error instanceof RefusedRequest) && process.env.TALLY_TRACE)
      process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}

void main();
