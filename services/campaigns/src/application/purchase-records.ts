import {
  type BusinessReference,
  type Evaluation,
  keyOf,
  purchaseDecider,
  type PurchaseState,
  type Subject,
} from '@tallystick/campaigns-domain';
import {
  bodyOf,
  type EventStore,
  metadataOf,
  partsOf,
  type Position,
  type RecordedEvent,
  streamName,
} from '@tallystick/decider';

/** What a command did, read back from its events: the same for ever, so an answer can be given again. */
export interface CarriedOut {
  /** Position of the command's last event. */
  readonly position: Position;
  readonly parked: boolean;
  /** True where it was another command, with the same content, that did it. */
  readonly duplicate: boolean;
}

export interface StoredPurchase {
  readonly state: PurchaseState;
  readonly last: RecordedEvent;
}

/** Whose evaluation it is: a purchase's, its linked returns included, or that of a return without a purchase. */
export interface ReceiptOwner extends BusinessReference {
  readonly kind: 'purchase' | 'return';
}

/** The evaluation in the event that a receipt's hash names. */
export interface StoredReceipt {
  readonly evaluation: Evaluation;
  readonly unit: string;
  readonly revision: number;
  readonly position: Position;
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

  /** The receipt whose hash is named, hexadecimal: as it was then, whatever was evaluated since; `undefined` where there is none. */
  async receipt(tenant: string, { kind, source, id }: ReceiptOwner, hash: string): Promise<StoredReceipt | undefined> {
    const { events } = await this.store.readStream(streamName(kind, tenant, source, id));
    const event = events.find((one) => Buffer.from(one.hash).toString('hex') === hash);
    if (!event) return undefined;
    const { evaluation, subject } = bodyOf<{ evaluation?: Evaluation; subject?: Subject }>(event);
    const { revision, position } = event;
    return evaluation && subject && { evaluation, unit: subject.issuer, revision, position };
  }

  /**
   * What a command did to a stream; where it found everything done, what the command did that had recorded `reference`
   * before it. `undefined` where neither did anything.
   */
  async carriedOut(stream: string, commandId: string, reference: BusinessReference): Promise<CarriedOut | undefined> {
    const { events } = await this.store.readStream(stream);
    const commands = events.map((event) => metadataOf(event)?.commandId);
    const isOwn = commands.includes(commandId);
    const of = isOwn ? commandId : commands[events.findIndex((event) => records(event, reference))];
    if (of === undefined) return undefined;
    const last = events[commands.lastIndexOf(of)]!;
    const parked = events[commands.indexOf(of)]!.type === 'ReturnParked';
    return { position: last.position, parked, duplicate: !isOwn };
  }
}

function records(event: RecordedEvent, { source, id }: BusinessReference): boolean {
  if (event.type === 'PurchaseRecorded' || event.type === 'UnlinkedReturnRecorded') {
    return partsOf(event.stream).join('_') === keyOf({ source, id });
  }
  if (event.type !== 'ReturnParked' && event.type !== 'ReturnRecorded') return false;
  const linked = bodyOf<{ return: BusinessReference }>(event).return;
  return linked.source === source && linked.id === id;
}
