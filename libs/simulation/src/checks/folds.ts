import { purchaseDecider, returnDecider, ruleSetDecider } from '@tallystick/campaigns-domain';
import { bodyOf, type Decider, type DomainEvent, metadataOf, type RecordedEvent } from '@tallystick/decider';
import { accountDecider } from '@tallystick/ledger-domain';
import { memberDecider } from '@tallystick/membership-domain';
import type { MemoryLog } from '../memory/memory-log';
import type { Disk, ServiceName } from '../suite/disk';

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

/** What the checks read of a finished world, each thing once. Nobody may change a state that it hands out. */
export class Readings {
  private readonly states = new Map<string, unknown>();
  private readonly commands = new Map<RecordedEvent, string | undefined>();

  constructor(private readonly disk: Disk) {}

  /** Folds a stream from what is stored; `each` sees its state after every event. */
  fold(stream: string, each: (state: unknown, event: RecordedEvent) => void): unknown {
    const decider = deciderOf(stream);
    let state = decider.initial();
    for (const event of this.logOf(decider.kind).readStream(stream).events) {
      state = decider.evolve(state, decider.upcast(event.type, event.version, bodyOf(event)));
      each(state, event);
    }
    this.states.set(stream, state);
    return state;
  }

  /** The state that a stream has come to. */
  stateOf(stream: string): unknown {
    return this.states.has(stream) ? this.states.get(stream) : this.fold(stream, () => undefined);
  }

  /** The command that an event is of. */
  commandOf(event: RecordedEvent): string | undefined {
    if (!this.commands.has(event)) this.commands.set(event, metadataOf(event)?.commandId);
    return this.commands.get(event);
  }

  private logOf(kind: string): MemoryLog {
    return this.disk.services[SERVICE_OF[kind] ?? 'campaigns'].log;
  }
}

/** Whose log the streams of a kind are in; all others are those of campaigns. */
const SERVICE_OF: Readonly<Record<string, ServiceName>> = {
  [accountDecider.kind]: 'ledger',
  [memberDecider.kind]: 'membership',
};
