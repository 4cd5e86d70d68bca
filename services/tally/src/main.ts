import 'reflect-metadata';
import { RefusedRequest } from '@tallystick/standalone';
import { CommanderError } from 'commander';
import { program } from './program';

/** Exit codes: 0 done · 1 not so (a check failed, a dry run found changes to make is still 0) · 2 the call is wrong. */
async function main(): Promise<void> {
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
