import { position, type Position } from '@tallystick/decider';
import { problem } from './problem';

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
