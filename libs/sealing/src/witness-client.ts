import {
  cosignedAt,
  readNote,
  readSignatureLine,
  readVerifierKey,
  type SignedNote,
  signatureLine,
  type VerifierKey,
} from '@tallystick/proof';

/** A witness as it is set up: where it listens, and the key that its cosignatures are checked with. */
export interface Witness {
  readonly url: string;
  readonly key: VerifierKey;
}

/** What a witness said to a checkpoint. */
export type WitnessAnswer =
  /** Its signature lines, checked with its key. */
  | { readonly kind: 'cosigned'; readonly lines: string }
  /** It last cosigned a tree of this size and wants the proof from there. */
  | { readonly kind: 'stands-at'; readonly size: number }
  /** What it cosigned before is not the beginning of this checkpoint. */
  | { readonly kind: 'forked' };

const ANSWER_MS = 5_000;
const SETTING = /^(https?:\/\/\S+)\s+(\S+)$/;

/** Reads `<address> <verifier key>`. Throws a TypeError where it is none, or the key is of another type than a cosigner's. */
export function readWitness(text: string): Witness {
  const [, url, key] = SETTING.exec(text.trim()) ?? [];
  if (url === undefined || key === undefined) throw new TypeError(`not "<address> <verifier key>": ${text}`);
  const read = readVerifierKey(key);
  if (read.type !== 'cosignature') throw new TypeError(`not the key of a cosigner: ${key}`);
  return { url: url.replace(/\/$/, ''), key: read };
}

/**
 * Asks a witness to cosign a checkpoint (C2SP tlog-witness, `add-checkpoint`), given the size that it cosigned last and the
 * consistency proof from there. Throws where it refuses, does not answer within 5 s, or signs with another key.
 */
export async function submitCheckpoint(
  { url, key }: Witness,
  old: number,
  proof: readonly Uint8Array[],
  note: string,
): Promise<WitnessAnswer> {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  const answer = await fetch(`${url}/add-checkpoint`, {
    method: 'POST',
    body: `old ${old}\n${lines}\n${note}`,
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const text = await answer.text();
  if (answer.status === 409) return { kind: 'stands-at', size: wholeNumber(text.trim()) };
  if (answer.status === 422) return { kind: 'forked' };
  if (!answer.ok) throw new Error(`the witness ${key.name} refuses with ${answer.status}`);
  return { kind: 'cosigned', lines: checkedLines(text, readNote(note), key) };
}

function checkedLines(text: string, { text: cosigned }: SignedNote, key: VerifierKey): string {
  const signatures = text
    .split('\n')
    .filter((line) => line !== '')
    .map(readSignatureLine)
    .filter(({ name, id }) => name === key.name && id === key.id);
  if (cosignedAt({ text: cosigned, signatures }, key) === undefined) {
    throw new Error(`the witness ${key.name} answered without its cosignature`);
  }
  return signatures.map(signatureLine).join('');
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new Error('a witness answered with something else than a size');
  return Number(text);
}
