import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createHttpServer, drain, listen } from '@tallystick/http';
import { keptSecret } from '@tallystick/postgres';
import { readVerifierKey, signerOf, type SignerKey } from '@tallystick/proof';
import { CosignedLogs } from './cosigned-logs';
import { Witness } from './witness';

/** What a witness is started with. */
export interface WitnessOptions {
  /** Its own folder: its key, made there (0600) the first time, and what it has cosigned. */
  readonly folder: string;
  /** Its name in cosignatures: an address without scheme. */
  readonly name: string;
  /** Verifier keys of the logs that it knows. */
  readonly logKeys: readonly string[];
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

/** A witness that listens. */
export interface RunningWitness {
  readonly url: string;
  /** Its verifier key, for `TALLY_WITNESSES` and for auditors. */
  readonly key: string;
  close(): Promise<void>;
}

const LARGEST_BODY = 64 * 1024;
const CHECKPOINT_PATH = /^\/([0-9a-f]{64})\/checkpoint$/;

/** Starts a witness. Throws where a key is out of form, the folder cannot be written or the port is taken. */
export async function serveWitness(options: WitnessOptions): Promise<RunningWitness> {
  const { folder, name, logKeys, port, host = '127.0.0.1' } = options;
  const signer = signerIn(folder, name);
  const seconds = (): number => Math.floor(Date.now() / 1000);
  const witness = new Witness(signer, logKeys.map(readVerifierKey), new CosignedLogs(folder), seconds);
  const server = createHttpServer((request, response) => {
    answer(witness, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else say(response, 500, 'text/plain', 'the witness cannot answer\n');
    });
  });
  const taken = await listen(server, port, host);
  return { url: `http://${host}:${taken}`, key: signer.verifier.text, close: () => drain(server) };
}

function signerIn(folder: string, name: string): SignerKey {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const seed = keptSecret(join(folder, 'witness-key.txt'), () => `${randomBytes(32).toString('base64')}\n`);
  return signerOf(name, 'cosignature', Buffer.from(seed, 'base64'));
}

async function answer(witness: Witness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, hash] = CHECKPOINT_PATH.exec(request.url ?? '') ?? [];
  if (request.url === '/health/live' || request.url === '/health/ready') {
    return say(response, 200, 'text/plain', 'live\n');
  }
  if (hash !== undefined && request.method === 'GET') {
    const note = witness.checkpoint(hash);
    return say(response, note === undefined ? 404 : 200, 'text/plain; charset=utf-8', note ?? 'nothing was cosigned\n');
  }
  if (request.url !== '/add-checkpoint') return say(response, 404, 'text/plain', 'there is nothing here\n');
  if (request.method !== 'POST') return say(response, 405, 'text/plain', 'checkpoints are posted\n');
  const body = await bodyOf(request);
  if (body === undefined) return say(response, 413, 'text/plain', 'the submission is too large\n');
  const { status, type, body: said } = witness.addCheckpoint(body);
  return say(response, status, type, said);
}

function say(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** The body as text; undefined where it is larger than any submission. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= LARGEST_BODY) pieces.push(piece);
  }
  return size <= LARGEST_BODY ? Buffer.concat(pieces).toString('utf8') : undefined;
}
