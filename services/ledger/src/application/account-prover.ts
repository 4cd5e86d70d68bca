import {
  bodyOf,
  commandId,
  type EventStore,
  Executor,
  partsOf,
  type RecordedEvent,
  streamName,
  tenantOf,
} from '@tallystick/decider';
import {
  accountDecider,
  type AccountState,
  brokenInvariants,
  type InvariantViolated,
  mayBreakAccount,
  prove,
  reproductionTest,
  type SayViolations,
  shortestReproduction,
  type StoredEvent,
  type Violation,
  violationsDecider,
  type ViolationsState,
  violationsIn,
} from '@tallystick/ledger-domain';
import { log } from '@tallystick/observability';

/** Facts and holds of followed accounts that are kept between pages, about half a kilobyte each; an account that was dropped is read again. */
const LARGEST_MEMORY = 400_000;

/** Events of a stream that the shortest list is sought in: among more of them it would keep the process for too long. */
const MOST_SHORTENED = 500;

/** An account as the prover follows it. */
interface Followed {
  readonly state: AccountState;
  readonly revision: number;
  readonly size: number;
}

/**
 * Checks every event of every account as it is written (capabilities §5-9), by the events alone: it shares no state with
 * who decided them. What is wrong becomes an event of its own that carries the fewest events that show it. An accrual leaves
 * in order what was in order, if it is so itself: an account is followed from the first event on that may break it.
 */
export class AccountProver {
  /** The most recently followed last. */
  private readonly followed = new Map<string, Followed>();
  /** Accounts whose violations this process has said: they stay wrong, and are not gone through again. */
  private readonly reported = new Set<string>();
  private kept = 0;
  private readonly violations: Executor<ViolationsState, SayViolations, InvariantViolated, never>;

  constructor(
    private readonly store: EventStore,
    private readonly capacity = LARGEST_MEMORY,
  ) {
    this.violations = new Executor({ decider: violationsDecider, store, capacity: 100 });
  }

  /** How much is in memory: facts and holds, and one for each account. */
  get size(): number {
    return this.kept;
  }

  /** Proves a page of the log; events that an account's state includes already are passed over. */
  async prove(page: readonly RecordedEvent[]): Promise<void> {
    const byStream = new Map<string, RecordedEvent[]>();
    for (const event of page) {
      if (!event.stream.startsWith('account-')) continue;
      const known = byStream.get(event.stream);
      if (known) known.push(event);
      else byStream.set(event.stream, [event]);
    }
    const alone = new Set<string>();
    for (const [stream, events] of byStream) {
      if (!this.followed.has(stream) && !events.some(mayBreakAccount)) alone.add(stream);
    }
    await this.readMissing(new Map([...byStream].filter(([stream]) => !alone.has(stream))));
    for (const [stream, events] of byStream) {
      const isSound = alone.has(stream) ? events.every(isSoundAlone) : this.keeps(stream, events);
      if (!isSound && !this.reported.has(stream)) await this.report(stream, events.at(-1)!.revision);
    }
    this.forgetSome();
  }

  /** Accounts that are not followed yet, from their streams up to where the page begins. */
  private async readMissing(byStream: ReadonlyMap<string, readonly RecordedEvent[]>): Promise<void> {
    const missing = new Map<string, number>();
    for (const [stream, [first]] of byStream) {
      if (this.followed.get(stream)?.revision === first!.revision - 1) continue;
      this.drop(stream);
      if (first!.revision > 0) missing.set(stream, 0);
    }
    if (missing.size === 0) return;
    for (const [stream, events] of await this.store.readStreams(missing)) {
      const before = events.filter(({ revision }) => revision < byStream.get(stream)![0]!.revision);
      this.keeps(stream, before);
    }
  }

  /** Follows events of an account; false where one of them, or the account after them, is wrong. */
  private keeps(stream: string, events: readonly RecordedEvent[]): boolean {
    let state: AccountState | undefined = this.followed.get(stream)?.state ?? accountDecider.initial();
    let isSound = true;
    for (const event of events) {
      const proved = prove(state, storedOf(event));
      if (proved.violations.length > 0) isSound = false;
      state = proved.state;
      if (!state) {
        this.drop(stream);
        return false;
      }
    }
    this.drop(stream);
    const size = 1 + state.facts.length + state.holds.size;
    this.followed.set(stream, { state, revision: events.at(-1)?.revision ?? -1, size });
    this.kept += size;
    return isSound && (!events.some(mayBreakAccount) || brokenInvariants(state).length === 0);
  }

  private async report(stream: string, revision: number): Promise<void> {
    const events = ((await this.store.readStreams(new Map([[stream, 0]]))).get(stream) ?? []).map(storedOf);
    const [tenant, account] = [tenantOf(stream), partsOf(stream)[0]!];
    const violations = distinct(violationsIn(events)).map((violation): InvariantViolated['data'] => {
      const shortest = events.length > MOST_SHORTENED ? [] : shortestReproduction(events, violation);
      const test = shortest.length > 0 ? reproductionTest(account, shortest, violation) : '';
      return { ...violation, account, revision: String(revision), events: shortest, test };
    });
    log().error(
      { stream, revision, violations: violations.map(({ check, what }) => `${check}: ${what}`) },
      'an account is wrong',
    );
    const metadata = {
      actor: 'svc:ledger',
      commandId: commandId(tenant, 'ledger', 'violation', `${account}@${revision}`),
    };
    const command: SayViolations = { kind: 'say-violations', violations };
    const result = await this.violations.execute({
      stream: streamName('violation', tenant, account),
      command,
      metadata,
    });
    if (result.kind === 'failed') throw result.error;
    this.reported.add(stream);
  }

  private forgetSome(): void {
    for (const stream of this.followed.keys()) {
      if (this.kept <= this.capacity) return;
      this.drop(stream);
    }
  }

  private drop(stream: string): void {
    this.kept -= this.followed.get(stream)?.size ?? 0;
    this.followed.delete(stream);
  }
}

/** Proves an accrual on an empty account: what it does to one does not depend on what is there. */
function isSoundAlone(event: RecordedEvent): boolean {
  return prove(accountDecider.initial(), storedOf(event)).violations.length === 0;
}

function storedOf(event: RecordedEvent): StoredEvent {
  return { type: event.type, version: event.version, data: bodyOf(event) };
}

function distinct(violations: readonly Violation[]): Violation[] {
  return [...new Map(violations.map((one) => [`${one.check}: ${one.what}`, one])).values()];
}
