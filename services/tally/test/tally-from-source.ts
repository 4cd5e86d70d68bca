import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const WORKSPACE = resolve(__dirname, '../../..');

/** Makes `npx tally` in a folder run the command line of this workspace, unbuilt; answers the environment that finds it. */
export function tallyFromSource(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const main = join(WORKSPACE, 'services/tally/src/main.ts');
  const hook = require.resolve('@swc-node/register', { paths: [WORKSPACE] });
  const command = `SWC_NODE_PROJECT="${WORKSPACE}/tsconfig.base.json" exec "${process.execPath}" -r "${hook}" "${main}" "$@"`;
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = tally ] || exit 127\nshift\n${command}\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  return { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
}

/** Runs a script of shell commands to its end. */
export async function runShell(script: string, env: NodeJS.ProcessEnv, cwd: string) {
  const child = spawn('bash', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  const status = await new Promise<number | null>((done) => child.once('close', done));
  return { stdout, stderr, status };
}
