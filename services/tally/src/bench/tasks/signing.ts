import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readMessage } from '@tallystick/contracts';
import {
  type Headers,
  type RecordReader,
  recordReader,
  SIGNATURE_HEADERS,
  signedBytes,
  type TopicBinding,
} from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import { Documents } from '../purchases';
import { type Place, type Timed, timed } from './place';

export interface SigningInput extends Place {
  readonly purchases: number;
}

export interface SigningRun {
  readonly open: Timed;
  readonly signed: Timed;
}

const TOPIC = 'purchases.v1';
const UNIT = 'north';
const RECEIVED_AT = instant('2026-01-01T00:00:00Z');
const WARM_UP = 2_000;

/** Reads records at the entrance of a topic, as the bus does, under an `open` and under a `signed` binding. */
export async function signing({ rootPid, purchases }: SigningInput): Promise<SigningRun> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = { kid: 'bench', unit: UNIT, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
  const place = { topic: TOPIC, tenant: 'bench', program: 'main' };
  const signed = readerOf({ ...place, mode: 'signed', keys: [key] });
  const open = readerOf({ ...place, mode: 'open' });
  const documents = new Documents(purchases);
  const headers = documents.keys.map((one, index) => headersOf(privateKey, one, documents.value(index)));
  const readAll = async (read: RecordReader, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const result = read(documents.value(i), documents.keys[i]!, headers[i]!);
      if (!result.ok) throw new Error(`a good record was refused: ${result.code}`);
    }
  };
  await readAll(open, Math.min(WARM_UP, purchases));
  await readAll(signed, Math.min(WARM_UP, purchases));
  return {
    open: await timed(rootPid, () => readAll(open, purchases)),
    signed: await timed(rootPid, () => readAll(signed, purchases)),
  };
}

function readerOf(binding: TopicBinding): RecordReader {
  return recordReader({
    binding,
    read: (value) => {
      const verdict = readMessage(TOPIC, value, { receivedAt: RECEIVED_AT, acceptFromDays: null });
      return verdict.ok ? { ok: true, message: verdict.value } : verdict;
    },
  });
}

function headersOf(privateKey: KeyObject, key: string, value: Buffer): Headers {
  return {
    [SIGNATURE_HEADERS.kid]: 'bench',
    [SIGNATURE_HEADERS.unit]: UNIT,
    [SIGNATURE_HEADERS.signature]: sign(null, signedBytes(TOPIC, key, value), privateKey).toString('base64'),
  };
}
