import { purchaseDecider, type PurchaseEvent } from '@tallystick/campaigns-domain';
import { type DomainEvent, isRejection, WarmStates } from '@tallystick/decider';
import { accountDecider, type AccountEvent, type AccountState } from '@tallystick/ledger-domain';
import { replace, type Undo } from './patch';

type Decide = typeof accountDecider.decide;

/** Draws lots in the order in which they came. */
export function lotsByInsertion(): Undo {
  return afterEvent((state, event) => {
    if (event.type !== 'PointsAccrued') return;
    const { source, id } = event.data.purchase;
    const at = state.facts.findIndex((fact) => fact.kind === 'accrual' && fact.source === source && fact.id === id);
    state.facts.push(...state.facts.splice(at, 1));
  });
}

/** Forgets, with every fold, at which revision a purchase was seen. */
export function revisionLost(): Undo {
  return afterEvent((state, event) => {
    if (event.type !== 'AccrualAmended' && event.type !== 'PointsAccrued') return;
    const { source, id } = event.data.purchase;
    state.accruals.get(`${source}:${id}`)!.revision = 0;
  });
}

/** Asks the clock in a fold. */
export function nowInAFold(): Undo {
  return afterEvent((state, event) => {
    if (event.type !== 'PointsAccrued') return;
    const last = state.facts.at(-1);
    if (last) Object.assign(last, { at: Date.now() });
  });
}

/** Passes over a type of event when a state is folded from the store. */
export function upcastSkips(): Undo {
  return replace(accountDecider, 'upcast', (genuine) => (type, version, data) => {
    const event = genuine(type, version, data);
    if (event.type !== 'PointsReversed' && event.type !== 'AccrualAmended') return event;
    const { program, holder } = event.data;
    return { type: 'AccountOpened', version: 1, data: { tenant: '', program, holder } };
  });
}

/** Leaves a field out of the snapshot. */
export function snapshotDropsAField(): Undo {
  const codec = accountDecider.snapshot!;
  return replace(codec, 'encode', (genuine) => (state) => {
    const { books, ...rest } = genuine(state) as { books: readonly (readonly unknown[])[] };
    return {
      ...rest,
      books: books.map(([asset, score, obligation, available]) => [asset, score, obligation, available, '0']),
    };
  });
}

/** Keeps a state in memory although its append was refused. */
export function cacheKeepsRefused(): Undo {
  return replace(
    WarmStates.prototype,
    'forget',
    () =>
      function (this: WarmStates<unknown, unknown, DomainEvent, string>, stream) {
        const warm = this.get(stream);
        if (warm) warm.displaced = false;
      },
  );
}

/** Books a picture that it knows once more. */
export function accruesAgain(): Undo {
  return replace(accountDecider, 'decide', (genuine) => (command, state) => {
    const events = genuine(command, state);
    const isKnown = !isRejection(events) && events.length === 0 && command.kind === 'apply-evaluation';
    if (!isKnown) return events;
    const again = genuine(command, accountDecider.initial());
    return isRejection(again) ? again : again.filter(({ type }) => type === 'PointsAccrued');
  });
}

/** Does not draw again what a late fact has changed. */
export function lateFactsChangeNothing(): Undo {
  return afterDecision((events) => events.filter(({ type }) => type !== 'ReversalRecalculated'));
}

/** Posts one leg of a reversal and not the other. */
export function oneLegIsLost(): Undo {
  return afterDecision((events) =>
    events.map((event) =>
      event.type === 'PointsReversed'
        ? { ...event, data: { ...event.data, postings: event.data.postings.slice(1) } }
        : event,
    ),
  );
}

/** Rounds points by floating point, to the nearest. */
export function roundsByFloat(): Undo {
  return afterPurchase((event) => {
    if (event.type !== 'PurchaseRecorded') return event;
    const { evaluation } = event.data;
    const exact = evaluation.rules.find(({ asset }) => asset === 'POINTS')?.exact ?? '0';
    const [numerator, denominator = '1'] = exact.split('/');
    const amount = String(Math.round(Number(numerator) / Number(denominator)));
    const grants = evaluation.grants.map((grant) => (grant.asset === 'POINTS' ? { ...grant, amount } : grant));
    return { ...event, data: { ...event.data, evaluation: { ...evaluation, grants } } };
  });
}

/** Leaves a return parked although its purchase has come. */
export function parkedForEver(): Undo {
  return replace(purchaseDecider, 'decide', (genuine) => (command, state) => {
    const events = genuine(command, state);
    if (isRejection(events) || command.kind !== 'record-purchase') return events;
    return events.slice(0, 1);
  });
}

/** Takes other content under a known id for a repetition. */
export function conflictIsRepetition(): Undo {
  return replace(purchaseDecider, 'decide', (genuine) => (command, state) => {
    const events = genuine(command, state);
    return isRejection(events) && events.rejected === 'purchase-conflict' ? [] : events;
  });
}

/** Does not evaluate a purchase anew when its tier turns out to be another. */
export function tiersChangeNothing(): Undo {
  return replace(
    purchaseDecider,
    'decide',
    (genuine) => (command, state) => (command.kind === 'reevaluate' ? [] : genuine(command, state)),
  );
}

function afterEvent(change: (state: AccountState, event: AccountEvent) => void): Undo {
  return replace(accountDecider, 'evolve', (genuine) => (state, event) => {
    const after = genuine(state, event);
    change(after, event);
    return after;
  });
}

function afterDecision(change: (events: readonly AccountEvent[]) => readonly AccountEvent[]): Undo {
  return replace(accountDecider, 'decide', (genuine): Decide => (command, state) => {
    const decision = genuine(command, state);
    return isRejection(decision) ? decision : change(decision);
  });
}

function afterPurchase(change: (event: PurchaseEvent) => PurchaseEvent): Undo {
  return replace(purchaseDecider, 'decide', (genuine) => (command, state) => {
    const decision = genuine(command, state);
    return isRejection(decision) ? decision : decision.map(change);
  });
}
