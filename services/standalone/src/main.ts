import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { log, openLog, startTracing, useLog } from '@tallystick/observability';
import type { Instant } from '@tallystick/vocabulary';
import { connect } from './client/connect';
import { progress } from './client/progress';
import { suiteHolding } from './client/run-file';
import { waitUntilSettled } from './client/settled';
import { runDemo } from './demo/demo';
import { summaryOf } from './demo/summary';
import { readProgramFile } from './program/program-file';
import { type Suite, startSuite } from './suite';

const HELP = `npm start [-- OPTIONS]

Starts everything on this machine: PostgreSQL (unless DATABASE_URL names one), every service on one port, the demo
program and a stream of purchases.

  --port N     port to listen on (default TALLY_PORT or 8080; 0 = a free one)
  --data DIR   data folder (default .tallystick)
  --no-demo    no demo program and no demo purchases
  --witness    a witness of its own that cosigns checkpoints, to see one at work
  --help       this text
`;

const SETTLE_MS = 120_000;
/** How long a stop may take before the process ends anyway; shorter where a part has died and nothing can be drained. */
const STOP_WITHIN_MS = { asked: 25_000, died: 3_000 };

interface Arguments {
  readonly port?: number;
  readonly dataDir: string;
  readonly demo: boolean;
  readonly witness: boolean;
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  const { port, dataDir, demo, witness } = argumentsOf(process.argv.slice(2));
  const running = await suiteHolding(dataDir, ({ address, pid }) =>
    say(`run.json names a suite on ${address}, process ${pid}, that does not answer: starting all the same`),
  );
  if (running) throw new Error(`a suite runs on ${dataDir} already: ${running.address}, process ${running.pid}`);
  useLog(openLog({ level: process.env['TALLY_LOG_LEVEL'] ?? 'error' }));
  const stopTracing = startTracing(process.env);
  const suite = await startSuite({ dataDir, port, witness, onLine: say }).catch((error: unknown) => {
    throw named(error);
  });
  const asked = askedToStop(suite);
  void asked.then(endWithin);
  try {
    if (demo) await Promise.race([showDemo(suite, dataDir), asked]);
    say(addresses(suite));
    await asked;
    say('stopping …');
  } finally {
    await suite.stop();
    await stopTracing();
  }
}

async function showDemo(suite: Suite, dataDir: string): Promise<void> {
  const connection = await connect({ dataDir });
  try {
    const settled = (): Promise<void> => waitUntilSettled(connection.client, { timeoutMs: SETTLE_MS });
    const file = readProgramFile(join(workspace(), 'docs/examples/demo.yaml'), workspace());
    const report = await runDemo({
      dataDir,
      file,
      client: connection.client,
      publisher: await connection.publisher(),
      now: Date.now() as Instant,
      progress: (what, total) => progress(what, total, false),
      settled,
    });
    say(await summaryOf(report, suite, connection));
  } finally {
    await connection.close();
  }
}

function addresses(suite: Suite): string {
  return [
    '',
    `Tallystick runs on ${suite.address}`,
    ...suite.booted.services.map(({ name }) => `  ${name.padEnd(13)} ${suite.address}/docs/${name}`),
    `  health        ${suite.address}/health/ready`,
    `  metrics       ${suite.address}/metrics`,
    ...(suite.witness ? [`  witness       ${suite.witness.url}, verifier key ${suite.witness.key}`] : []),
    `  ask it        npx tally status · npx tally balance demo-001 · npx tally verify`,
    'Ctrl-C drains and stops it; what it knows stays.',
  ].join('\n');
}

function askedToStop({ booted, postgres }: Suite): Promise<'asked' | 'died'> {
  const asked = new Promise<'asked'>((ok) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ok('asked'));
  });
  const ends = booted.services.map(({ died }) => died);
  const died = Promise.race([...ends, ...(postgres ? [postgres.died] : [])]).then((why) => {
    log().fatal({ err: why }, 'a part of the suite has died');
    return 'died' as const;
  });
  return Promise.race([asked, died]);
}

/** Ends the process when the stop takes too long, or at once at a second signal. */
function endWithin(why: 'asked' | 'died'): void {
  if (why === 'died') process.exitCode = 1;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  setTimeout(() => process.exit(1), STOP_WITHIN_MS[why]).unref();
}

function named(error: unknown): Error {
  const { code, port } = error as { code?: string; port?: number };
  if (code !== 'EADDRINUSE') return error as Error;
  return new Error(`port ${port} is taken by another program: choose one with --port N, or --port 0 for a free one`);
}

function argumentsOf(words: readonly string[]): Arguments {
  let port: number | undefined;
  let dataDir = join(workspace(), '.tallystick');
  let demo = true;
  let witness = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === '--port') port = wholeNumber(words[++i]);
    else if (word === '--data') dataDir = resolve(words[++i] ?? dataDir);
    else if (word === '--no-demo') demo = false;
    else if (word === '--witness') witness = true;
    else throw new Error(`${word} is not an option; --help shows them`);
  }
  return { port, dataDir, demo, witness };
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined || !/^[0-9]{1,5}$/.test(text)) throw new Error('--port needs a number');
  return Number(text);
}

/** The folder that holds `nx.json`, above the compiled or the source file. */
function workspace(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('the suite must lie in its workspace');
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`tallystick: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
