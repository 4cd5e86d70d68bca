import { type AccountEvent, resolutionOf } from '@tallystick/ledger-domain';
import type { ResolvedAnswer } from './ledger.dto';

/** Lots of a line that are named; a redemption may have drawn on ten thousand. */
const MOST_NAMED = 200;

/** What an event is about, as a statement answers it. */
export function resolved(event: AccountEvent): ResolvedAnswer {
  const { lots, ...names } = resolutionOf(event);
  const further = lots.length - MOST_NAMED;
  return {
    ...names,
    lots: lots.slice(0, MOST_NAMED).map(({ amount, ...lot }) => {
      return amount === undefined ? lot : { ...lot, amount: String(amount) };
    }),
    ...(further > 0 && { furtherLots: further }),
  };
}
