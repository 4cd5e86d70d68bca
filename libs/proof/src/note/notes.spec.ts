import { checkpointText, readCheckpoint } from './checkpoint';
import { cosign, cosignedAt } from './cosignature';
import { readVerifierKey, signerOf } from './keys';
import { isSignedBy, NoteRefused, readNote, signatureLine, signNote } from './note';

/** The example of the C2SP specification "signed-note". */
const KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE = `This is an example message.

\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

const log = signerOf('example.com/log', 'note', Buffer.alloc(32, 1));
const witness = signerOf('example.com/witness', 'cosignature', Buffer.alloc(32, 2));
const TEXT = checkpointText({ origin: 'example.com/log', size: 20_852_163, root: Buffer.alloc(32, 7) });

describe('a signed note', () => {
  it('of the specification’s example is good under the example’s key', () => {
    const note = readNote(NOTE);
    expect(note.text).toBe('This is an example message.\n');
    expect(isSignedBy(note, readVerifierKey(KEY))).toBe(true);
  });

  it('is refused when one letter of its text is another', () => {
    const note = readNote(NOTE.replace('example message', 'Example message'));
    expect(() => isSignedBy(note, readVerifierKey(KEY))).toThrow('the signature of example.com/foo is not good');
  });

  it('is not signed by a key that it does not name', () => {
    expect(isSignedBy(readNote(NOTE), log.verifier)).toBe(false);
  });

  it.each([
    ['without signatures', 'text\n\n'],
    ['without an empty line', 'text\n\u2014 a AAAAAAA=\n'],
    ['with a control character', `te\u0007xt\n\n\u2014 a ${Buffer.alloc(68).toString('base64')}\n`],
    ['with a hyphen for the dash', `text\n\n- a ${Buffer.alloc(68).toString('base64')}\n`],
    ['with more than 16 signatures', `text\n\n${`\u2014 a ${Buffer.alloc(68).toString('base64')}\n`.repeat(17)}`],
  ])('%s is none', (_what, text) => {
    expect(() => readNote(text)).toThrow(NoteRefused);
  });
});

describe('a verifier key', () => {
  it('is written as the specification writes it', () => {
    expect(readVerifierKey(KEY).text).toBe(KEY);
    expect(readVerifierKey(log.verifier.text)).toMatchObject({ name: 'example.com/log', type: 'note' });
  });

  it('whose id belongs to another name is refused', () => {
    expect(() => readVerifierKey(KEY.replace('/foo', '/bar'))).toThrow('the id of the verifier key is not 530d903a');
  });

  it('is made of a seed of 32 bytes and a name without blank or plus', () => {
    expect(() => signerOf('a', 'note', Buffer.alloc(31))).toThrow('a signing key is 32 bytes');
    expect(() => signerOf('a b', 'note', Buffer.alloc(32))).toThrow('not a name of a key: a b');
    expect(() => signerOf('a+b', 'note', Buffer.alloc(32))).toThrow('not a name of a key: a+b');
  });
});

describe('a checkpoint', () => {
  it('is three lines: origin, size, root', () => {
    expect(TEXT).toBe('example.com/log\n20852163\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n');
    expect(readCheckpoint(TEXT)).toEqual({ origin: 'example.com/log', size: 20_852_163, root: Buffer.alloc(32, 7) });
  });

  it.each([
    ['a size with a leading zero', TEXT.replace('20852163', '020852163')],
    ['a root of 31 bytes', 'a\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==\n'],
    ['no origin', '\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n'],
  ])('with %s is none', (_what, text) => {
    expect(() => readCheckpoint(text)).toThrow('not a checkpoint');
  });
});

describe('a cosignature', () => {
  const signed = signNote(TEXT, log);
  const line = signatureLine(cosign(TEXT, 1_679_315_147, witness));

  it('tells when its witness saw the checkpoint', () => {
    const note = readNote(signed + line);
    expect(cosignedAt(note, witness.verifier)).toBe(1_679_315_147);
    expect(isSignedBy(note, log.verifier)).toBe(true);
    expect(cosignedAt(readNote(signed), witness.verifier)).toBeUndefined();
  });

  it('put behind another checkpoint is refused', () => {
    const other = checkpointText({ origin: 'example.com/log', size: 20_852_163, root: Buffer.alloc(32, 8) });
    expect(() => cosignedAt(readNote(signNote(other, log) + line), witness.verifier)).toThrow(NoteRefused);
  });

  it('whose time was changed is refused', () => {
    const cosignature = cosign(TEXT, 1_679_315_147, witness);
    cosignature.bytes.writeBigUInt64BE(1_679_315_148n);
    expect(() => cosignedAt(readNote(signed + signatureLine(cosignature)), witness.verifier)).toThrow(NoteRefused);
  });
});
