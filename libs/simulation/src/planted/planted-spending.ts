import { isRejection } from '@tallystick/decider';
import { accountDecider, type AccountEvent, type AccountState, type LotsExpired } from '@tallystick/ledger-domain';
import { AccountCommands } from '@tallystick/ledger/application/account-commands';
import { formatInstant } from '@tallystick/vocabulary';
import { replace, type Undo } from './patch';

/** Redeems a hold once more that is captured. */
export function capturesAgain(): Undo {
  return replace(accountDecider, 'decide', (genuine) => (command, state) => {
    const events = genuine(command, state);
    if (isRejection(events) || events.length > 0 || command.kind !== 'capture-hold') return events;
    const hold = state.holds.get(command.hold)!;
    hold.state = 'open';
    const again = genuine(command, state);
    hold.state = 'captured';
    return again;
  });
}

/** Counts what is held as free. */
export function holdIsNotCounted(): Undo {
  return replace(accountDecider, 'evolve', (genuine) => (state, event) => {
    const after = genuine(state, event);
    if (event.type !== 'HoldPlaced') return after;
    for (const [lot, , , amount] of event.data.slices) holdingOf(after, lot).remaining += BigInt(amount);
    return after;
  });
}

/** Expires what is held, too. */
export function expiresUnderAHold(): Undo {
  return replace(accountDecider, 'decide', (genuine) => (command, state) => {
    const events = genuine(command, state);
    if (isRejection(events) || command.kind !== 'pass-time') return events;
    return [...events, ...[...state.open].flatMap((hold) => heldAndOver(state, hold.hold, command.at))];
  });
}

/** Tells that a hold is released and does nothing. */
export function releaseIsForgotten(): Undo {
  return replace(
    AccountCommands.prototype,
    'executeMany',
    (genuine) =>
      async function (this: AccountCommands, items, checkpoint) {
        const isRelease = items.some(({ command }) => command.kind === 'release-hold');
        if (!isRelease) return genuine.call(this, items, checkpoint);
        return { results: items.map(() => ({ kind: 'unchanged', revision: 0 })), checkpointMoved: false };
      },
  );
}

/** Never ends a hold whose time is over. */
export function holdsNeverLapse(): Undo {
  return replace(accountDecider, 'decide', (genuine) => (command, state) => {
    if (command.kind !== 'pass-time') return genuine(command, state);
    const events = genuine(command, state);
    return isRejection(events) || events.some(({ type }) => type === 'HoldLapsed') ? [] : events;
  });
}

/** Receives what another account has sent each time that it is told of it. */
export function receivesAgain(): Undo {
  return replace(accountDecider, 'decide', (genuine) => (command, state) => {
    const events = genuine(command, state);
    if (isRejection(events) || events.length > 0 || command.kind !== 'receive-points') return events;
    return genuine({ ...command, transfer: `${command.transfer}.${state.done.size}` }, state);
  });
}

/** Undoes a redemption once more under the same name. */
export function cancelsAgain(): Undo {
  return replace(accountDecider, 'decide', (genuine) => (command, state) => {
    const events = genuine(command, state);
    if (isRejection(events) || events.length > 0 || command.kind !== 'cancel-redemption') return events;
    const cancellation = `${command.cancellation}.${state.done.size}`;
    const again = genuine({ ...command, cancellation }, state);
    return isRejection(again)
      ? events
      : again.map((event) => (event.type === 'RedemptionCancelled' ? named(event, command.cancellation) : event));
  });
}

function named(event: Extract<AccountEvent, { type: 'RedemptionCancelled' }>, cancellation: string): AccountEvent {
  return { ...event, data: { ...event.data, cancellation } };
}

function heldAndOver(state: AccountState, name: string, at: number): LotsExpired[] {
  const { asset, slices } = state.holds.get(name)!;
  return slices.flatMap(({ lot, issuer, unitCost, amount }): LotsExpired[] => {
    const { expiresAt } = holdingOf(state, lot);
    if (expiresAt === undefined || expiresAt > at) return [];
    const text = String(amount);
    const data = {
      ...state.owner!,
      asset,
      effectiveAt: formatInstant(expiresAt),
      slices: [[lot, issuer, unitCost, text] as const],
      postings: [['available', asset, issuer, `-${text}`] as const, ['breakage', asset, issuer, text] as const],
    };
    return [{ type: 'LotsExpired', version: 1, data }];
  });
}

function holdingOf({ facts }: AccountState, lot: string) {
  const holdings = facts.flatMap((fact) => (fact.kind === 'accrual' ? fact.holdings : []));
  return holdings.find((holding) => holding.lot === lot)!;
}
