import { type Decider, type DomainEvent, type RefusalTable, UnknownEvent } from '@tallystick/decider';
import type { StoredEvent, Violation } from '../prover/prover';

/** The prover has found an event of an account to be wrong. Facts about a defect: nothing is corrected by it. */
export type InvariantViolated = DomainEvent<
  'InvariantViolated',
  Violation & {
    readonly account: string;
    /** Of the event after which it was found. */
    readonly revision: string;
    /** The fewest events of the account that show it, in order; none where its stream is too long to be shortened. */
    readonly events: readonly StoredEvent[];
    /** The same as a test that can be run. */
    readonly test: string;
  }
>;

/** Says violations of one account, each once: by its check and what it found. */
export interface SayViolations {
  readonly kind: 'say-violations';
  readonly violations: readonly InvariantViolated['data'][];
}

export interface ViolationsState {
  readonly said: Set<string>;
}

/** What is known to be wrong with one account. */
export const violationsDecider: Decider<ViolationsState, SayViolations, InvariantViolated, never> = {
  kind: 'violation',
  initial: () => ({ said: new Set() }),
  decide({ violations }, { said }) {
    const known = new Set(said);
    return violations.flatMap((data): InvariantViolated[] => {
      if (known.has(nameOf(data))) return [];
      known.add(nameOf(data));
      return [{ type: 'InvariantViolated', version: 1, data }];
    });
  },
  evolve(state, { data }) {
    state.said.add(nameOf(data));
    return state;
  },
  invariants: () => [],
  refusals: {} as RefusalTable<never>,
  upcast(type, version, data) {
    if (type !== 'InvariantViolated' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as InvariantViolated['data'] };
  },
};

function nameOf({ check, what }: Violation): string {
  return `${check}: ${what}`;
}
