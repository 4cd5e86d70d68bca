import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from './canonical-json';
import { type Decider, isRejection, type Rejection } from './decider';
import type { DomainEvent } from './event';

/** What was expected and what came instead; thrown by {@link scenario} so that any test runner shows it. */
export class ScenarioFailure extends Error {
  constructor(what: string, expected: unknown, actual: unknown) {
    super(`${what}\nexpected: ${pretty(expected)}\nactual:   ${pretty(actual)}`);
    this.name = 'ScenarioFailure';
  }
}

export interface Then<Event, Code extends string> {
  /** Exactly these events, in this order. */
  then(...expected: readonly Event[]): void;
  /** No event: the command was already carried out. */
  thenNothing(): void;
  /** This refusal, with exactly these facts where they are given. */
  thenRefused(code: Code, facts?: Readonly<Record<string, string>>): void;
  /** The events, for assertions on a part of them. */
  outcome(): readonly Event[] | Rejection<Code>;
}

export interface When<Command, Event, Code extends string> {
  when(command: Command): Then<Event, Code>;
}

/**
 * Given events, when a command, then exactly these events or this refusal. Every scenario also folds the events
 * through their stored form (canonical JSON and `upcast`), checks the invariants after each event, and repeats the
 * command: nothing new may come of it, and a refusal must be the same again.
 */
export function scenario<State, Command, Event extends DomainEvent, Code extends string>(
  decider: Decider<State, Command, Event, Code>,
): { given(...history: readonly Event[]): When<Command, Event, Code> } {
  return {
    given: (...history) => ({
      when(command) {
        const outcome = decider.decide(command, fold(decider, history));
        checkRepeat(decider, history, command, outcome);
        return assertions(outcome);
      },
    }),
  };
}

/** Folds events through their stored form and throws where an invariant breaks. */
export function fold<State, Command, Event extends DomainEvent, Code extends string>(
  decider: Decider<State, Command, Event, Code>,
  history: readonly Event[],
): State {
  let state = decider.initial();
  for (const event of history) {
    state = decider.evolve(state, stored(decider, event));
    const broken = decider.invariants(state);
    if (broken.length > 0) throw new ScenarioFailure(`invariants after ${event.type}`, [], broken);
  }
  return state;
}

function stored<Event extends DomainEvent>(
  decider: { upcast(type: string, version: number, data: unknown): Event },
  event: Event,
): Event {
  const again = decider.upcast(event.type, event.version, JSON.parse(canonicalJson(event.data)));
  if (canonicalJson(again) !== canonicalJson(event))
    throw new ScenarioFailure('a stored event reads back', event, again);
  return again;
}

function checkRepeat<State, Command, Event extends DomainEvent, Code extends string>(
  decider: Decider<State, Command, Event, Code>,
  history: readonly Event[],
  command: Command,
  outcome: readonly Event[] | Rejection<Code>,
): void {
  const after = isRejection(outcome) ? history : [...history, ...outcome];
  const again = decider.decide(command, fold(decider, after));
  const expected = isRejection(outcome) ? outcome : [];
  if (!isDeepStrictEqual(again, expected)) throw new ScenarioFailure('the command repeated', expected, again);
}

function assertions<Event, Code extends string>(outcome: readonly Event[] | Rejection<Code>): Then<Event, Code> {
  return {
    then(...expected) {
      if (!isDeepStrictEqual(outcome, expected)) throw new ScenarioFailure('events', expected, outcome);
    },
    thenNothing() {
      if (!isDeepStrictEqual(outcome, [])) throw new ScenarioFailure('events', [], outcome);
    },
    thenRefused(code, facts) {
      const matches =
        isRejection(outcome) &&
        outcome.rejected === code &&
        (facts === undefined || isDeepStrictEqual(outcome.facts, facts));
      if (!matches) throw new ScenarioFailure('refusal', { rejected: code, facts }, outcome);
    },
    outcome: () => outcome,
  };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}` : member), 2);
}
