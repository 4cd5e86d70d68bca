import { bodyOf, type EventStore, eventsAfter, partsOf, type RecordedEvent } from '@tallystick/decider';
import { accountDecider, type AccountState } from '@tallystick/ledger-domain';

const ACCOUNTS = 'account-';

/** Folds every account of a ledger log with the ledger's own rules. */
export class AccountFold {
  private readonly states = new Map<string, AccountState>();

  /** Takes the next events of the log; those of other kinds of streams are none of its business. */
  take(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      if (!event.stream.startsWith(ACCOUNTS)) continue;
      const state = this.states.get(event.stream) ?? accountDecider.initial();
      const known = accountDecider.upcast(event.type, event.version, bodyOf(event));
      this.states.set(event.stream, accountDecider.evolve(state, known));
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

/** Folds a whole ledger log. */
export async function foldAccounts(log: EventStore, onEvents?: (count: number) => void): Promise<AccountFold> {
  const fold = new AccountFold();
  for await (const page of eventsAfter(log)) {
    fold.take(page);
    onEvents?.(page.length);
  }
  return fold;
}
