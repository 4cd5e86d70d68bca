import {
  bodyOf,
  type EventStore,
  type RecordedEvent,
  reject,
  type Rejection,
  type RefusalTable,
} from '@tallystick/decider';
import { position } from '@tallystick/decider';
import { accountDecider, AccountHistory } from '@tallystick/ledger-domain';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
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

/**
 * The histories of accounts, for questions about the past. Stored events never change, so a history once read is kept
 * and only what came since is read again; the accounts asked for last are kept, up to a number of events in all.
 */
export class AccountPast {
  private readonly kept = new Map<string, AccountHistory>();

  constructor(
    private readonly store: EventStore,
    private readonly capacity = LARGEST_MEMORY,
  ) {}

  /** Every event of an account; `undefined` where the tenant has no such account. */
  async history(tenant: string, account: string): Promise<AccountHistory | undefined> {
    const stream = accountStream(tenant, account);
    const history = this.kept.get(stream) ?? new AccountHistory();
    const newer = await this.store.readStreams(new Map([[stream, history.events.length]]));
    for (const event of newer.get(stream) ?? []) {
      // Another question may have read the same events in the meantime.
      if (event.revision === history.events.length) history.take(storedEvent(event));
    }
    if (history.events.length === 0) return undefined;
    this.keep(stream, history);
    return history;
  }

  /**
   * Refuses an instant of knowledge at which something may still be recorded: what will be known then is open. The instant of
   * the last record is finished first, so that nothing joins it; ask before the history is read.
   */
  async refusalOf(knownAt: Instant): Promise<Rejection<AccountPastRefusal> | undefined> {
    const head = BigInt(await this.store.logHead());
    const { events } = await this.store.readAll({ after: position(head > 0n ? head - 1n : 0n), max: 1 });
    const last = events[0]?.recordedAt;
    if (last === undefined) return reject('known-at-beyond-head', {});
    if (knownAt < last || (knownAt === last && (await this.store.finish?.(last)))) return undefined;
    return reject('known-at-beyond-head', { head: formatInstant(last) });
  }

  private keep(stream: string, history: AccountHistory): void {
    this.kept.delete(stream);
    this.kept.set(stream, history);
    let events = 0;
    for (const one of this.kept.values()) events += one.events.length;
    for (const [name, { events: given }] of this.kept) {
      if (events <= this.capacity || name === stream) return;
      this.kept.delete(name);
      events -= given.length;
    }
  }
}

function storedEvent(event: RecordedEvent): Parameters<AccountHistory['take']>[0] {
  return {
    revision: event.revision,
    position: event.position,
    recordedAt: event.recordedAt,
    hash: Buffer.from(event.hash).toString('hex'),
    event: accountDecider.upcast(event.type, event.version, bodyOf<unknown>(event)),
  };
}
