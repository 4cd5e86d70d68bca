import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';

/**
 * Waits for the end of its standard input, which the system closes when the process that holds the other end is gone;
 * then ends the server and removes its folder. SIGINT asks PostgreSQL for a fast shutdown, SIGQUIT for an immediate one.
 */
const REAPER = `
const [, pid, folder] = process.argv;
const isAlive = () => { try { process.kill(Number(pid), 0); return true; } catch { return false; } };
const signal = (name) => { try { process.kill(Number(pid), name); } catch {} };
let checks = 0;
const finish = () => {
  if (isAlive() && checks++ < 200) {
    if (checks === 100) signal('SIGQUIT');
    return setTimeout(finish, 50);
  }
  require('node:fs').rmSync(folder, { recursive: true, force: true });
};
process.stdin.resume().on('close', () => { signal('SIGINT'); finish(); });
`;

/**
 * Ends a test server when this process ends, killed or not. A suite's own exit listeners do not serve: Jest hands every
 * suite a copy of `process`, and a killed process runs none.
 */
export function endServerWithThisProcess(serverPid: number, folder: string): void {
  const reaper = spawn(process.execPath, ['-e', REAPER, String(serverPid), folder], {
    cwd: tmpdir(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  reaper.once('error', (error) => {
    throw new Error('The test database has nobody who ends it', { cause: error });
  });
  reaper.unref();
  if (reaper.stdin instanceof Socket) reaper.stdin.unref();
}
