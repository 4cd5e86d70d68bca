import { applyChanges, changesOf, readProgramFile, waitUntilSettled } from '@tallystick/standalone';
import type { Command } from 'commander';
import { inSession } from './session';
import { workspaceRoot } from './workspace';

const SETTLE_MS = 60_000;

export async function runApply(file: string, options: { dryRun?: boolean }, command: Command): Promise<void> {
  const program = readProgramFile(file, workspaceRoot());
  await inSession(command, async ({ suite, tell }) => {
    const changes = await changesOf(program, suite.client);
    if (!options.dryRun) {
      await applyChanges(program, changes, suite.client);
      await waitUntilSettled(suite.client, { timeoutMs: SETTLE_MS });
    }
    const verb = options.dryRun ? 'would' : 'did';
    const lines = changes.map(
      ({ part, name, before }) => `${verb} ${before === undefined ? 'add' : 'change'} ${part} ${name}`,
    );
    tell({ applied: !options.dryRun, changes }, lines.length > 0 ? lines : ['nothing to change']);
  });
}
