import { parseArgs } from 'node:util';
import { serveWitness } from './serve';

const HELP = `node dist/services/witness/src/main.js --data FOLDER --name NAME --log-key KEY [--log-key KEY …]

Cosigns the checkpoints of logs, only where they have grown from what it cosigned before (C2SP tlog-witness).

  --data FOLDER   its own folder: its key, and what it has cosigned
  --name NAME     its name in cosignatures, an address without scheme: witness.example/w1
  --log-key KEY   verifier key of a log that it may cosign; once for each, or several with spaces between
  --port N        port to listen on (default 8099; 0 = a free one)
  --host ADDRESS  address to listen on (default 127.0.0.1)
  --json          print address and key as JSON
  --help          this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      name: { type: 'string' },
      'log-key': { type: 'string', multiple: true, default: [] },
      port: { type: 'string', default: '8099' },
      host: { type: 'string', default: '127.0.0.1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const { data: folder, name, port, host } = values;
  if (folder === undefined || name === undefined)
    throw new TypeError('--data and --name are needed; --help tells more');
  if (!/^[0-9]{1,5}$/.test(port)) throw new TypeError('--port needs a number');
  const witness = await serveWitness({
    folder,
    name,
    logKeys: values['log-key'].flatMap(keysIn),
    port: Number(port),
    host,
  });
  const { url, key } = witness;
  say(values.json ? `${JSON.stringify({ url, key })}\n` : `the witness listens on ${url}\nits verifier key: ${key}\n`);
  await new Promise<void>((asked) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => asked());
  });
  await witness.close();
}

function keysIn(text: string): string[] {
  return text.split(/\s+/).filter((key) => key !== '');
}

function say(text: string): void {
  process.stdout.write(text);
}

/** Exit codes: 0 ended as asked · 1 could not start · 2 the call is wrong. */
main().catch((error: unknown) => {
  process.stderr.write(`witness: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
});
