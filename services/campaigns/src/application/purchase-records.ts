import { purchaseDecider, type PurchaseState } from '@tallystick/campaigns-domain';
import {
  bodyOf,
  type EventStore,
  metadataOf,
  type Position,
  type RecordedEvent,
  streamName,
} from '@tallystick/decider';

/** What a command did, read back from its events: the same for ever, so an answer can be given again. */
export interface CarriedOut {
  /** Position of the command's last event. */
  readonly position: Position;
  readonly parked: boolean;
  /** What caused it: the HTTP request's own command where it came that way. */
  readonly causationId?: string;
}

export interface StoredPurchase {
  readonly state: PurchaseState;
  readonly last: RecordedEvent;
}

/** Reads purchases and returns from their streams. */
export class PurchaseRecords {
  constructor(private readonly store: EventStore) {}

  /** A purchase with everything that happened to it; `undefined` where there is none, parked returns aside. */
  async purchase(tenant: string, source: string, id: string): Promise<StoredPurchase | undefined> {
    const { events } = await this.store.readStream(streamName('purchase', tenant, source, id));
    let state = purchaseDecider.initial();
    for (const event of events) {
      state = purchaseDecider.evolve(state, purchaseDecider.upcast(event.type, event.version, bodyOf(event)));
    }
    const last = events[events.length - 1];
    return last && state.recorded ? { state, last } : undefined;
  }

  /** What a command did to a stream; `undefined` where it did nothing. */
  async carriedOut(stream: string, commandId: string): Promise<CarriedOut | undefined> {
    const { events } = await this.store.readStream(stream);
    const own = events.filter((event) => metadataOf(event)?.commandId === commandId);
    const last = own[own.length - 1];
    if (!last) return undefined;
    const causationId = metadataOf(last)?.causationId;
    return { position: last.position, parked: own[0]!.type === 'ReturnParked', causationId };
  }
}
