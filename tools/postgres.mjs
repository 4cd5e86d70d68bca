#!/usr/bin/env node
// Runs the embedded PostgreSQL alone, for processes that share one database. Needs a build (`npm run build`).
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `node tools/postgres.mjs --data DIR [--json]

Starts PostgreSQL on a free port of 127.0.0.1 and stays until SIGTERM or Ctrl-C.

  --data DIR  folder of the cluster; it is made where it is missing
  --json      print one line {"url", "pid"} when ready; end when standard input ends
  --help      this text`;

const { values } = parseArgs({
  options: { data: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help || values.data === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const { startEmbeddedPostgres } = createRequire(import.meta.url)('../dist/libs/postgres/src/index.js');
const postgres = await startEmbeddedPostgres({ dataDir: resolve(values.data), profile: 'durable' });
console.log(
  values.json ? JSON.stringify({ url: postgres.url, pid: postgres.pid }) : `PostgreSQL listens: ${postgres.url}`,
);

const asked = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  if (values.json) process.stdin.resume().once('close', resolve);
});
const why = await Promise.race([asked.then(() => undefined), postgres.died]);
if (why !== undefined) {
  console.error(`PostgreSQL ended: ${why.message ?? why}`);
  process.exitCode = 1;
}
await postgres.stop();
process.stdin.destroy();
