import { purchaseDecider, returnDecider, ruleSetDecider } from '@tallystick/campaigns-domain';
import { bodyOf, type Decider, type DomainEvent, type RecordedEvent } from '@tallystick/decider';
import { accountDecider } from '@tallystick/ledger-domain';
import { memberDecider } from '@tallystick/membership-domain';

/** A decider whose states nobody here looks into. */
export type AnyDecider = Decider<unknown, never, DomainEvent, string>;

/** The rules of every kind of stream as they are before anybody could change them. */
const DECIDERS: ReadonlyMap<string, AnyDecider> = new Map(
  [accountDecider, purchaseDecider, returnDecider, ruleSetDecider, memberDecider].map((decider) => [
    decider.kind,
    { ...(decider as AnyDecider) },
  ]),
);

/** The rules of a stream. */
export function deciderOf(stream: string): AnyDecider {
  return DECIDERS.get(stream.slice(0, stream.indexOf('-')))!;
}

/** A stream's state, folded from what is stored; `each` sees it after every event. */
export function fold(
  stream: string,
  events: readonly RecordedEvent[],
  each: (state: unknown, event: RecordedEvent) => void = () => undefined,
): unknown {
  const decider = deciderOf(stream);
  let state = decider.initial();
  for (const event of events) {
    state = decider.evolve(state, decider.upcast(event.type, event.version, bodyOf(event)));
    each(state, event);
  }
  return state;
}
