import {
  cosign,
  type Checkpoint,
  isSignedBy,
  NoteRefused,
  readCheckpoint,
  readNote,
  type SignedNote,
  type SignerKey,
  signatureLine,
  type VerifierKey,
  verifyConsistency,
} from '@tallystick/proof';
import { type CosignedLogs, originHash } from './cosigned-logs';

/** What a witness answers to `add-checkpoint`, as HTTP says it. */
export interface Answer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: string;
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';
const SIZE = 'text/x.tlog.size';
const OLD = /^old (0|[1-9][0-9]{0,15})$/;
const MOST_HASHES = 63;
const HASH = /^[A-Za-z0-9+/]{43}=$/;

interface Submission {
  readonly old: number;
  readonly proof: readonly Buffer[];
  readonly note: string;
}

/** Cosigns checkpoints of the logs whose keys it knows, as C2SP tlog-witness says: only consistent growth, never a way back. */
export class Witness {
  private readonly keys: ReadonlyMap<string, readonly VerifierKey[]>;

  /** `now` in seconds since 1970. */
  constructor(
    private readonly signer: SignerKey,
    logKeys: readonly VerifierKey[],
    private readonly logs: CosignedLogs,
    private readonly now: () => number,
  ) {
    const keys = new Map<string, VerifierKey[]>();
    for (const key of logKeys) keys.set(key.name, [...(keys.get(key.name) ?? []), key]);
    this.keys = keys;
  }

  /** Judges one submission; synchronous from the look at what was cosigned last to its replacement, so no two cross. */
  addCheckpoint(body: string): Answer {
    try {
      const submission = readSubmission(body);
      const note = readNote(submission.note);
      const checkpoint = readCheckpoint(note.text);
      return this.judge(submission, note, checkpoint);
    } catch (error) {
      if (error instanceof NoteRefused) return refusal(400, error.message);
      throw error;
    }
  }

  /** The checkpoint that was cosigned last for the log with this hash of its origin. */
  checkpoint(hash: string): string | undefined {
    return this.logs.note(hash);
  }

  private judge({ old, proof, note: sent }: Submission, note: SignedNote, checkpoint: Checkpoint): Answer {
    const keys = this.keys.get(checkpoint.origin);
    if (!keys) return refusal(404, 'the log is not known here');
    if (!isSignedByOne(note, keys)) return refusal(403, 'the log did not sign this checkpoint');
    if (old > checkpoint.size) return refusal(400, 'the old size exceeds that of the checkpoint');
    const hash = originHash(checkpoint.origin);
    const head = this.logs.head(hash);
    if (old !== head.size) return { status: 409, type: SIZE, body: `${head.size}\n` };
    if (!verifyConsistency(head, checkpoint, proof)) return refusal(422, 'the log did not only grow');
    return { status: 200, type: TEXT, body: this.cosigned(hash, note, keys, sent) };
  }

  /** What is kept is the log's own signature and ours: what others may have put behind the note is not ours to pass on. */
  private cosigned(hash: string, note: SignedNote, keys: readonly VerifierKey[], sent: string): string {
    const line = signatureLine(cosign(note.text, this.now(), this.signer));
    const ofLog = readNote(sent).signatures.filter(({ name, id }) =>
      keys.some((key) => key.name === name && key.id === id),
    );
    this.logs.keep(hash, `${note.text}\n${ofLog.map(signatureLine).join('')}${line}`);
    return line;
  }
}

function isSignedByOne(note: SignedNote, keys: readonly VerifierKey[]): boolean {
  try {
    return keys.map((key) => isSignedBy(note, key)).includes(true);
  } catch (error) {
    if (error instanceof NoteRefused) return false;
    throw error;
  }
}

/** An old size, hashes, an empty line, a note. Throws {@link NoteRefused} where it is not that. */
function readSubmission(body: string): Submission {
  const end = body.indexOf('\n\n');
  const [first = '', ...hashes] = body.slice(0, Math.max(0, end)).split('\n');
  const [, old] = OLD.exec(first) ?? [];
  if (old === undefined || hashes.length > MOST_HASHES || !hashes.every((hash) => HASH.test(hash))) {
    throw new NoteRefused('not a submission: an old size, hashes, an empty line, a checkpoint');
  }
  return { old: Number(old), proof: hashes.map((hash) => Buffer.from(hash, 'base64')), note: body.slice(end + 2) };
}

function refusal(status: Answer['status'], what: string): Answer {
  return { status, type: TEXT, body: `${what}\n` };
}
