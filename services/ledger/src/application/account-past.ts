import {
  bodyOf,
  type EventStore,
  type RecordedEvent,
  reject,
  type Rejection,
  type RefusalTable,
} from '@tallystick/decider';
import { position } from '@tallystick/decider';
import {
  accountDecider,
  AccountHistory,
  type Axes,
  balancesAsOf,
  type BalanceAsOf,
  savedStart,
  startFrom,
  type StoredAccountEvent,
} from '@tallystick/ledger-domain';
import { log } from '@tallystick/observability';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { AccountPeriods } from '../adapters/account-periods';
import { accountStream } from './account-commands';

export type AccountPastRefusal = 'known-at-beyond-head' | 'known-at-reversed';

/** Why a question about the past has no answer. */
export const ACCOUNT_PAST_REFUSALS: RefusalTable<AccountPastRefusal> = {
  'known-at-beyond-head': {
    family: 'invalid',
    retryable: true,
    precedence: 1,
    title: {
      en: 'Nothing is recorded as late as that yet, so what will be known then is open',
      zh: '尚无记录时间达到该时刻的事件,届时的已知内容尚未确定',
    },
  },
  'known-at-reversed': {
    family: 'invalid',
    retryable: false,
    precedence: 2,
    title: { en: 'The first instant of knowledge lies after the second', zh: '第一个已知时刻晚于第二个' },
  },
};

/** Events of all histories in memory at most, about 2 KB each; the account asked for last always stays. */
const LARGEST_MEMORY = 40_000;

/** Events of an account between two states that are kept at least: what is shorter is read as fast as a state. */
const APART = 500;

export interface AccountPastOptions {
  readonly store: EventStore;
  /** Where states at ends of periods outlive the process; absent: they do not. */
  readonly periods?: AccountPeriods;
  /** Events of all histories in memory at most. */
  readonly capacity?: number;
  /** Events of an account between two states that are kept. */
  readonly apart?: number;
}

/** What an account held, and the last event that was known. */
export interface PastBalances {
  readonly balances: readonly BalanceAsOf[];
  readonly seen?: { readonly revision: number; readonly hash: string };
}

/**
 * The histories of accounts, for questions about the past. Stored events never change, so a history once read is kept
 * and only what came since is read again; the accounts asked for last are kept, up to a number of events in all. Where only
 * balances are asked, a large account is read from the newest state on that was kept and fits the question.
 */
export class AccountPast {
  private readonly kept = new Map<string, AccountHistory>();
  /** Beyond how many folded events of a history there may be a state to keep. */
  private readonly next = new WeakMap<AccountHistory, number>();

  constructor(private readonly options: AccountPastOptions) {}

  /** Every event of an account; `undefined` where the tenant has no such account. */
  async history(tenant: string, account: string): Promise<AccountHistory | undefined> {
    const stream = accountStream(tenant, account);
    const known = this.kept.get(stream);
    return this.readOn(stream, known?.first === 0 ? known : new AccountHistory());
  }

  /** What an account held, by as few of its events as that takes; `undefined` where the tenant has no such account. */
  async balances(tenant: string, account: string, axes: Axes): Promise<PastBalances | undefined> {
    const stream = accountStream(tenant, account);
    const known = this.kept.get(stream);
    const isEnough = known?.covers(axes.at, axes.knownAt);
    const history = isEnough ? await this.readOn(stream, known!) : await this.started(stream, axes);
    if (!history) return undefined;
    const balances = balancesAsOf(history, axes);
    await this.keepPeriods(stream, history);
    return { balances, seen: history.seenBy(axes.knownAt) };
  }

  /** Events of an account from a revision on, so many at most; none where the tenant has no such account. */
  async events(tenant: string, account: string, from: number, max: number): Promise<readonly StoredAccountEvent[]> {
    const { events } = await this.options.store.readStream(accountStream(tenant, account), { from, max });
    return events.map(storedEvent);
  }

  /**
   * Refuses an instant of knowledge at which something may still be recorded: what will be known then is open. The instant of
   * the last record is finished first, so that nothing joins it; ask before the history is read.
   */
  async refusalOf(knownAt: Instant): Promise<Rejection<AccountPastRefusal> | undefined> {
    const head = BigInt(await this.options.store.logHead());
    const { events } = await this.options.store.readAll({ after: position(head > 0n ? head - 1n : 0n), max: 1 });
    const last = events[0]?.recordedAt;
    if (last === undefined) return reject('known-at-beyond-head', {});
    if (knownAt < last || (knownAt === last && (await this.options.store.finish?.(last)))) return undefined;
    return reject('known-at-beyond-head', { head: formatInstant(last) });
  }

  /** Takes what is new; a history with an event that does not follow on it throws. */
  private async readOn(stream: string, history: AccountHistory): Promise<AccountHistory | undefined> {
    const newer = await this.options.store.readStreams(new Map([[stream, history.length]]));
    return this.taken(stream, history, newer.get(stream) ?? []);
  }

  private taken(stream: string, history: AccountHistory, events: readonly RecordedEvent[]): AccountHistory | undefined {
    for (const event of events) {
      // Another question may have read the same events in the meantime.
      if (event.revision === history.length) history.take(storedEvent(event));
    }
    if (history.length === 0) return undefined;
    this.keep(stream, history);
    return history;
  }

  /** The history from a kept state on that fits the question, and is of this very log; else all of it. */
  private async started(stream: string, { at, knownAt }: Axes): Promise<AccountHistory | undefined> {
    const { periods, store } = this.options;
    const kept = await periods?.newest(stream, at, knownAt);
    if (!periods || !kept) return this.readOn(stream, new AccountHistory());
    const { start, within } = kept;
    const from = start.count - 1;
    const { events } = await store.readStream(stream, { from, max: within === undefined ? undefined : within - from });
    if (hashOf(events[0]) === start.hash) {
      try {
        return this.taken(stream, new AccountHistory(undefined, startFrom(start)), events.slice(1));
      } catch (error) {
        log().warn({ stream, error }, 'a kept state of an account could not be read and is dropped');
      }
    }
    await periods.drop(stream);
    return this.readOn(stream, new AccountHistory());
  }

  /** Keeps the states at ends of periods that were folded for the first time. Losing one costs a longer read and nothing else. */
  private async keepPeriods(stream: string, history: AccountHistory): Promise<void> {
    const { periods, apart = APART } = this.options;
    if (!periods || (history.periods.all.at(-1)?.count ?? 0) < (this.next.get(history) ?? apart)) return;
    try {
      let longest = await periods.longest(stream);
      for (const start of history.startsAfter(longest, apart)) {
        await periods.keep(stream, savedStart(start));
        longest = start.end.count;
      }
      this.next.set(history, longest + apart);
    } catch (error) {
      log().warn({ stream, error }, 'states of an account were not kept');
    }
  }

  private keep(stream: string, history: AccountHistory): void {
    this.kept.delete(stream);
    this.kept.set(stream, history);
    const { capacity = LARGEST_MEMORY } = this.options;
    let events = 0;
    for (const one of this.kept.values()) events += one.read;
    for (const [name, { read }] of this.kept) {
      if (events <= capacity || name === stream) return;
      this.kept.delete(name);
      events -= read;
    }
  }
}

function storedEvent(event: RecordedEvent): StoredAccountEvent {
  return {
    revision: event.revision,
    position: event.position,
    recordedAt: event.recordedAt,
    hash: hashOf(event)!,
    event: accountDecider.upcast(event.type, event.version, bodyOf<unknown>(event)),
  };
}

function hashOf(event: RecordedEvent | undefined): string | undefined {
  return event && Buffer.from(event.hash).toString('hex');
}
