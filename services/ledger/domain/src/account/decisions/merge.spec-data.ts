import { accountId, isRejection } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account.commands';
import { accountDecider } from '../account.decider';
import { type AccountEvent, BOOKS } from '../account.events';
import { january } from '../account.examples';
import type { AccountState } from '../account.state';
import { type StoredEvent, prove } from '../../prover/prover';
import type { AccountAbsorbed, AccountMerged, AccountRestored, AccountSplit, Carried } from './merge.events';
import { faultOfMerging } from './merges';

/** Two accounts that may become one, each of whose events keeps the invariants and satisfies the prover. */
export class Pair {
  readonly accounts: readonly [string, string];

  constructor(
    public a: AccountState = accountDecider.initial(),
    public b: AccountState = accountDecider.initial(),
    private readonly holders: readonly [string, string] = ['m-1', 'm-2'],
  ) {
    this.accounts = [accountId('demo', 'main', holders[0]), accountId('demo', 'main', holders[1])];
  }

  /** What a fact says that came for the merged account. */
  get forMerged() {
    return { account: this.accounts[1], holder: this.holders[1], of: this.accounts[0] };
  }

  on(day: number) {
    return { tenant: 'demo', account: this.accounts[1], at: instant(january(day)) };
  }

  first(...commands: readonly AccountCommand[]): this {
    for (const command of commands) this.a = this.carryOut(this.a, this.of(command, 0)).state;
    return this;
  }

  second(...commands: readonly AccountCommand[]): this {
    for (const command of commands) this.b = this.carryOut(this.b, this.of(command, 1)).state;
    return this;
  }

  /** As {@link first}; what is refused changes nothing. */
  tryFirst(commands: readonly AccountCommand[], after?: Follow): this {
    for (const command of commands) this.a = this.attempt(this.a, this.of(command, 0), after);
    return this;
  }

  /** As {@link second}; what is refused changes nothing. */
  trySecond(commands: readonly AccountCommand[], after?: Follow): this {
    for (const command of commands) this.b = this.attempt(this.b, this.of(command, 1), after);
    return this;
  }

  /** True where both are there and the first may become a part of the second. */
  get mayMerge(): boolean {
    const { a, b } = this;
    return a.owner !== undefined && b.owner !== undefined && !faultOfMerging(a) && !faultOfMerging(b);
  }

  /** The followers see what time did to either account before they became one. */
  merge(merge: string, day: number, followFirst?: Follow, followSecond?: Follow): this {
    const [from, into] = this.accounts;
    const on = { tenant: 'demo', at: instant(january(day)) };
    const merging = { ...on, kind: 'merge-account', account: from, merge, into, intoHolder: this.holders[1] } as const;
    const given = this.carryOut(this.a, merging);
    this.a = given.state;
    followFirst?.(merging, given.events);
    const carried = ownEvent<AccountMerged>(given.events, 'AccountMerged');
    const absorb = { ...on, kind: 'absorb-account', account: into, merge, from, fromHolder: this.holders[0] } as const;
    const taken = this.carryOut(this.b, { ...absorb, carried });
    this.b = taken.state;
    followSecond?.({ ...absorb, carried }, taken.events);
    this.requireBalance(given.events, taken.events);
    return this;
  }

  /** The followers see what left the second and what the first got back. */
  unmerge(merge: string, day: number, followFirst?: Follow, followSecond?: Follow): this {
    const [from, into] = this.accounts;
    const on = { tenant: 'demo', at: instant(january(day)) };
    const splitting = { ...on, kind: 'split-account', account: into, merge, from } as const;
    const given = this.carryOut(this.b, splitting);
    this.b = given.state;
    followSecond?.(splitting, given.events);
    const carried = ownEvent<AccountSplit>(given.events, 'AccountSplit');
    const { names } = (given.events.find(({ type }) => type === 'AccountSplit') as AccountSplit).data;
    const restore = { ...on, kind: 'restore-account', account: from, merge, from: into, carried, names } as const;
    const taken = this.carryOut(this.a, restore);
    this.a = taken.state;
    followFirst?.(restore, taken.events);
    this.requireBalance(given.events, taken.events);
    return this;
  }

  /** What leaves one account comes to the other: every book of every issuer is conserved (trust.md I15). */
  private requireBalance(given: readonly AccountEvent[], taken: readonly AccountEvent[]): void {
    const sums = new Map<string, bigint>();
    for (const event of [...given, ...taken]) {
      if (!CARRIERS.has(event.type) || event.type === 'AccountOpened') continue;
      for (const [book, asset, issuer, amount] of event.data.postings) {
        const name = `${book} of ${asset} of ${issuer}`;
        sums.set(name, (sums.get(name) ?? 0n) + BigInt(amount));
      }
    }
    for (const [name, sum] of sums) if (sum !== 0n) throw new Error(`${name} is not conserved: ${sum}`);
  }

  /** Each book of both accounts together, by asset; what moved by correction or transfer is one sum. */
  books(): Record<string, bigint> {
    const sums: Record<string, bigint> = {};
    for (const { books } of [this.a, this.b]) {
      for (const [asset, of] of books) {
        for (const book of BOOKS) {
          const name = `${asset} ${book === 'adjustment' ? 'moved' : book}`;
          sums[name] = (sums[name] ?? 0n) + of[book];
        }
      }
    }
    return sums;
  }

  private of(command: AccountCommand, index: 0 | 1): AccountCommand {
    const account = this.accounts[index];
    return 'holder' in command ? { ...command, account, holder: this.holders[index] } : { ...command, account };
  }

  private attempt(state: AccountState, command: AccountCommand, after?: Follow): AccountState {
    if (isRejection(accountDecider.decide(command, state))) return state;
    const { state: next, events } = this.carryOut(state, command);
    after?.(command, events);
    return next;
  }

  private carryOut(state: AccountState, command: AccountCommand) {
    const events = accountDecider.decide(command, state);
    if (isRejection(events)) throw new Error(`${command.kind}: ${events.rejected} ${JSON.stringify(events.facts)}`);
    let after = state;
    for (const event of events) {
      const { state: next, violations } = prove(after, event satisfies StoredEvent);
      const broken = [...violations.map(({ what }) => what), ...(next ? accountDecider.invariants(next) : [])];
      if (!next || broken.length > 0) throw new Error(`${command.kind} by ${event.type}: ${broken.join('; ')}`);
      after = next;
    }
    return { state: after, events };
  }
}

type Follow = (command: AccountCommand, events: readonly AccountEvent[]) => void;

const CARRIERS: ReadonlySet<string> = new Set(['AccountMerged', 'AccountAbsorbed', 'AccountSplit', 'AccountRestored']);

type Carrying = AccountMerged | AccountAbsorbed | AccountSplit | AccountRestored;

/** What the event of a merge carries. */
export function ownEvent<Event extends Carrying>(events: readonly AccountEvent[], type: Event['type']): Carried {
  const found = events.find((event): event is Event => event.type === type);
  if (!found) throw new Error(`no ${type} among ${events.map((event) => event.type).join(', ')}`);
  const { accruals, reversals, holds, said, inner } = found.data;
  return { accruals, reversals, holds, said, inner };
}
