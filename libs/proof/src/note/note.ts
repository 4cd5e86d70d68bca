import { sign, verify } from 'node:crypto';
import type { KeyName, SignerKey, VerifierKey } from './keys';

/** One signature line of a note. */
export interface NoteSignature extends KeyName {
  readonly bytes: Buffer;
}

/** A signed note (C2SP signed-note): a text that ends in a newline, and who signed it. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note that is out of form, or that nobody signed who is asked for. */
export class NoteRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoteRefused';
  }
}

const MARK = '\u2014 ';
const LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u;
const CONTROL = /[^\P{Cc}\n]/u;
/** Verifiers take 16 signatures at least (C2SP signed-note). */
const MOST_SIGNATURES = 16;

/** A signature line, newline included. */
export function signatureLine({ name, id, bytes }: NoteSignature): string {
  const numbered = Buffer.alloc(4 + bytes.length);
  numbered.writeUInt32BE(id);
  numbered.set(bytes, 4);
  return `${MARK}${name} ${numbered.toString('base64')}\n`;
}

/** Reads a signature line without its newline. Throws {@link NoteRefused} where it is none. */
export function readSignatureLine(line: string): NoteSignature {
  const [, name, encoded = ''] = LINE.exec(line) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (name === undefined || bytes.length <= 4) throw new NoteRefused('not a signature line');
  return { name, id: bytes.readUInt32BE(0), bytes: bytes.subarray(4) };
}

/** A note with the signature of its author. The text must end in a newline. */
export function signNote(text: string, { secret, verifier }: SignerKey): string {
  const bytes = sign(null, Buffer.from(text), secret);
  return `${text}\n${signatureLine({ ...verifier, bytes })}`;
}

/** Reads a note; whether anybody's signature is good is not looked at. Throws {@link NoteRefused} where it is none. */
export function readNote(note: string): SignedNote {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || CONTROL.test(note)) throw new NoteRefused('not a signed note');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new NoteRefused('too many signatures');
  return { text: note.slice(0, end + 1), signatures: lines.map(readSignatureLine) };
}

/** True where the note carries the key's good signature. Throws {@link NoteRefused} where it carries a bad one of it. */
export function isSignedBy(note: SignedNote, { name, id, key }: VerifierKey): boolean {
  const own = note.signatures.filter((signature) => signature.name === name && signature.id === id);
  for (const { bytes } of own) {
    if (!verify(null, Buffer.from(note.text), key, bytes))
      throw new NoteRefused(`the signature of ${name} is not good`);
  }
  return own.length > 0;
}
