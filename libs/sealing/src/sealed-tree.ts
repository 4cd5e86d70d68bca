import { type Position, START } from '@tallystick/decider';
import {
  checkpointText,
  edgeTilesOf,
  GrowingTree,
  isSignedBy,
  NoteRefused,
  readNote,
  sameHash,
  type SignerKey,
  type VerifierKey,
} from '@tallystick/proof';
import type { Pool } from '@tallystick/postgres';
import { latestCheckpoint, loadTiles, type StoredCheckpoint } from './sealed-tables';

/** The log, its tree or its checkpoints are not what the sealer left; nothing is sealed until that is cleared up. */
export class SealBroken extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealBroken';
  }
}

/** The tree over a log as far as it is sealed. */
export interface SealedTree {
  readonly growing: GrowingTree;
  /** Of the last leaf. */
  position: Position;
  /** How far the log was read: further than the last leaf where nothing to be sealed follows it. */
  readTo: Position;
}

interface Opening {
  readonly pool: Pool;
  readonly signer: SignerKey;
  readonly formerKeys?: readonly VerifierKey[];
}

/**
 * Opens the tree where the last checkpoint left it. Throws {@link SealBroken} where the checkpoint is not signed by the log,
 * is not that of the tree, or does not stand at the sealer's own position: somebody else has written there.
 */
export async function openSealedTree(opening: Opening, at: Position): Promise<SealedTree> {
  const last = await latestCheckpoint(opening.pool);
  const position = last?.position ?? START;
  if (position !== at) throw new SealBroken(`the last checkpoint stands at ${position}, the sealer at ${at}`);
  const growing = await treeAt(opening.pool, last);
  if (last) requireSigned(last, opening);
  return { growing, position, readTo: position };
}

async function treeAt(pool: Pool, last: StoredCheckpoint | undefined): Promise<GrowingTree> {
  if (!last) return new GrowingTree(0, neverAsked);
  try {
    const growing = new GrowingTree(last.size, await loadTiles(pool, edgeTilesOf(last.size)));
    if (sameHash(growing.root(), last.root)) return growing;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SealBroken(`the tree of ${last.size} leaves has lost a tile`, { cause });
  }
  throw new SealBroken(`the tree of ${last.size} leaves has another root than its checkpoint`);
}

function neverAsked(): never {
  throw new RangeError('an empty tree has no tile');
}

function requireSigned({ note, size, root }: StoredCheckpoint, { signer, formerKeys = [] }: Opening): void {
  const origin = signer.verifier.name;
  const fault = `the checkpoint of ${size} leaves is not signed by ${origin}`;
  try {
    const signed = readNote(note);
    const isSigned = [signer.verifier, ...formerKeys].some((key) => isSignedBy(signed, key));
    if (isSigned && signed.text === checkpointText({ origin, size, root })) return;
  } catch (cause) {
    if (!(cause instanceof NoteRefused)) throw cause;
    throw new SealBroken(fault, { cause });
  }
  throw new SealBroken(fault);
}
