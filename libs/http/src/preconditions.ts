import { position, type Position } from '@tallystick/decider';
import { problem } from './problem';

const ETAG = /^"(0|[1-9][0-9]{0,15})"$/;

/** The `ETag` of a resource at a revision of its stream. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** The revision that an `If-Match` header names; `undefined` for none or `*`. Anything else is `precondition-invalid`. */
export function revisionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const revision = ETAG.exec(ifMatch)?.[1];
  if (revision === undefined) throw problem('precondition-invalid');
  return Number(revision);
}

/** Refuses with `version-conflict` (412) where the caller expected another revision than there is. */
export function requireRevision(expected: number | undefined, actual: number): void {
  if (expected !== undefined && expected !== actual) {
    throw problem('version-conflict', { facts: { expected: String(expected), actual: String(actual) } });
  }
}

const POSITION = /^[0-9]{1,20}$/;

/** The log position that a caller asks for; anything but up to 20 digits is `position-invalid`. */
export function positionOf(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined;
  if (!POSITION.test(text)) throw problem('position-invalid');
  return position(BigInt(text));
}

/**
 * Waits a moment for a projection to come to `asked`, then refuses with `projection-behind` (503): a read is at least
 * as fresh as asked, or no read (trust I22).
 */
export async function requireSeen(
  asked: Position | undefined,
  reached: () => Promise<Position>,
  { patienceMs = 1_000, everyMs = 20 }: { readonly patienceMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  if (asked === undefined) return;
  const deadline = performance.now() + patienceMs;
  for (let at = await reached(); at < asked; at = await reached()) {
    if (performance.now() >= deadline) {
      throw problem('projection-behind', { facts: { asked, reached: at }, headers: { 'retry-after': '1' } });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
