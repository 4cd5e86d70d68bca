import { HASH_BYTES } from '../tree/hashes';
import type { TreeHead } from '../tree/verify';
import { NoteRefused } from './note';

/** What a log says of itself at one moment (C2SP tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** Names the log among all logs: an address without scheme. */
  readonly origin: string;
}

const SIZE = /^(0|[1-9][0-9]{0,15})$/;

/** The text of a checkpoint's note: origin, size and root, a line each. Extension lines are never written. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** Reads the text of a checkpoint's note; extension lines are passed over. Throws {@link NoteRefused} where it is none. */
export function readCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', encoded = '', ...extensions] = text.split('\n').slice(0, -1);
  const root = Buffer.from(encoded, 'base64');
  const isWellFormed =
    origin !== '' && SIZE.test(size) && root.length === HASH_BYTES && root.toString('base64') === encoded;
  if (!isWellFormed || extensions.includes('')) throw new NoteRefused('not a checkpoint');
  return { origin, size: Number(size), root };
}
