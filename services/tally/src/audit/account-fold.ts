import { type EventStore, eventsAfter, partsOf, type RecordedEvent } from '@tallystick/decider';
import { accountDecider, type AccountState } from '@tallystick/ledger-domain';

const ACCOUNTS = 'account-';

/**
 * Which rule gave what for which line: the longest part of an accrual, and nothing that a fold looks at. Only rows of
 * three plain texts match, so what is cut is the whole list or nothing; a quote inside a text is escaped, so it is never
 * part of one.
 */
const ALLOCATIONS = /"allocation":\[(?:\["[^"\\]*","[^"\\]*","[^"\\]*"\],?)*\]/g;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Folds every account of a ledger log with the ledger's own rules. */
export class AccountFold {
  private readonly states = new Map<string, AccountState>();

  /** Takes the next events of the log; those of other kinds of streams are none of its business. */
  take(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      if (!event.stream.startsWith(ACCOUNTS)) continue;
      const before = this.states.get(event.stream);
      const known = accountDecider.upcast(event.type, event.version, folded(event));
      const after = accountDecider.evolve(before ?? accountDecider.initial(), known);
      if (after !== before) this.states.set(event.stream, after);
    }
  }

  get accounts(): number {
    return this.states.size;
  }

  /** What an invariant of the ledger says is wrong, by account. */
  *broken(): Iterable<{ readonly account: string; readonly what: string }> {
    for (const [stream, state] of this.states) {
      for (const what of accountDecider.invariants(state)) yield { account: partsOf(stream)[0]!, what };
    }
  }

  /** Available amounts by `<account>/<asset>`. */
  available(): Map<string, bigint> {
    const amounts = new Map<string, bigint>();
    for (const [stream, { books }] of this.states) {
      for (const [asset, sums] of books) amounts.set(`${partsOf(stream)[0]!}/${asset}`, sums.available);
    }
    return amounts;
  }
}

/** The data of an event without what the fold has no use for. */
function folded({ data }: RecordedEvent): unknown {
  return JSON.parse(decoder.decode(data).replace(ALLOCATIONS, '"allocation":[]'));
}

/** Folds a whole ledger log. */
export async function foldAccounts(log: EventStore, onEvents?: (count: number) => void): Promise<AccountFold> {
  const fold = new AccountFold();
  for await (const page of eventsAfter(log)) {
    fold.take(page);
    onEvents?.(page.length);
  }
  return fold;
}
