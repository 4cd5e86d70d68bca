import { type Instant, parseInstant } from '@tallystick/vocabulary';
import { type Fault, type Refusal, refusalOf } from '../validation/faults';

const MILLIS_PER_DAY = 86_400_000;

/** What a rule about time is judged by. */
export interface Receipt {
  /** When the entrance took the message. */
  readonly receivedAt: Instant;
  /** The program's `acceptPurchasesFrom` in days before receipt; null = no limit (purchase-contract.md). */
  readonly acceptFromDays: number | null;
}

/** At most one day ahead of receipt (`timestamp-invalid`), not older than the program accepts (`too-old`). */
export function timeFaults(occurredAt: string, { receivedAt, acceptFromDays }: Receipt): readonly Fault[] {
  const occurred = parseInstant(occurredAt);
  if (occurred === undefined || occurred > receivedAt + MILLIS_PER_DAY) {
    return [{ code: 'timestamp-invalid', pointer: '/occurredAt' }];
  }
  const isTooOld = acceptFromDays !== null && occurred < receivedAt - acceptFromDays * MILLIS_PER_DAY;
  return isTooOld ? [{ code: 'too-old', pointer: '/occurredAt' }] : [];
}

/**
 * The same rule by itself, for a handler that learns `acceptPurchasesFrom` only from the program's declaration, after
 * the entrance has read the record without a limit.
 */
export function checkTime(occurredAt: string, receipt: Receipt): Refusal | undefined {
  const faults = timeFaults(occurredAt, receipt);
  return faults.length === 0 ? undefined : refusalOf(faults);
}
