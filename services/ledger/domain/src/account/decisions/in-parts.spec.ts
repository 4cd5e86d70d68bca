import { accountId, canonicalJson, isRejection, MAX_APPEND_BYTES } from '@tallystick/decider';
import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account.commands';
import { accountDecider } from '../account.decider';
import type { AccountEvent } from '../account.events';
import { january } from '../account.examples';
import { type AccountState, expiryOf } from '../account.state';
import type { DecisionCommand, LeavePool, OpenPool } from './decision.commands';
import {
  captureHold,
  extendExpiry,
  freezeAccount,
  importPoints,
  noticeExpiry,
  passTime,
  placeHold,
  reactivateLots,
  receivePoints,
  releaseHold,
  settleLease,
  unfreezeAccount,
} from './decision.examples';
import { isFull } from './in-parts';

const LOTS = 20_000;
const APPENDS = 7;
const HOUR = 3_600_000;

/** What is expected of one append: metadata of a few hundred bytes is left room for. */
const ROOM = MAX_APPEND_BYTES - 10 * 1_024;

interface Appends {
  readonly state: AccountState;
  readonly appends: readonly (readonly AccountEvent[])[];
}

function append(state: AccountState, command: AccountCommand): Appends {
  const events = accountDecider.decide(command, state);
  if (isRejection(events)) throw new Error(`${command.kind}: ${events.rejected}`);
  if (events.length === 0) return { state, appends: [] };
  return { state: events.reduce((one, event) => accountDecider.evolve(one, event), state), appends: [events] };
}

/** Carries a decision out as the application does: so many first parts as there are, and then the last. */
function inParts(given: AccountState, command: DecisionCommand): Appends {
  let state = given;
  const appends: (readonly AccountEvent[])[] = [];
  for (const part of [true, undefined]) {
    for (let isMore = true; isMore; isMore &&= part === true) {
      const next = append(state, { ...command, part } as DecisionCommand);
      state = next.state;
      appends.push(...next.appends);
      isMore = next.appends.length > 0;
    }
  }
  return { state, appends };
}

/** Lots whose dates lie on the 20th, a second apart at least. */
function imported(count: number, ends = 20): AccountState {
  const [lot] = importPoints('I1', 1).lots;
  const lots = Array.from({ length: count }, (_, index) => {
    return { ...lot!, amount: 2n, expiresAt: (instant(january(ends)) + index * 1_000) as Instant };
  });
  return append(accountDecider.initial(), importPoints('I1', 1, { lots, expected: BigInt(count) * 2n })).state;
}

const sizeOf = (events: readonly AccountEvent[]) =>
  events.reduce((sum, { data }) => sum + canonicalJson(data).length, 0);

const expectedToFit = (appends: Appends['appends']) => {
  expect(appends).toHaveLength(APPENDS);
  for (const events of appends) expect(sizeOf(events)).toBeLessThan(ROOM);
};

const datesOf = ({ facts }: AccountState) =>
  facts
    .flatMap((fact) => (fact.kind === 'accrual' ? fact.holdings.map((holding) => expiryOf(holding)!) : []))
    .sort((a, b) => a - b);

describe('a decision on more lots than one append takes', () => {
  it('unfreezes twenty thousand lots whose dates stood still, each moved once, and frozen until the last', () => {
    const paused = append(imported(LOTS), freezeAccount('F1', 4, { pausesExpiry: true })).state;
    const { state, appends } = inParts(paused, unfreezeAccount('U1', 9));
    expectedToFit(appends);
    const unfrozen = appends.map((events) => events.some(({ type }) => type === 'AccountUnfrozen'));
    expect(unfrozen).toEqual([false, false, false, false, false, false, true]);
    const moved = instant(january(25));
    expect(datesOf(state)).toEqual(Array.from({ length: LOTS }, (_, index) => moved + index * 1_000));
    expect(state).toMatchObject({ frozen: false, pausedAt: undefined });
  });

  it('broken off, goes on later: what was moved already is moved by the time since', () => {
    const paused = append(imported(3_001), freezeAccount('F1', 4, { pausesExpiry: true })).state;
    const broken = append(paused, { ...unfreezeAccount('U1', 9), part: true });
    expect(broken.appends.flat()).toMatchObject([{ type: 'ExpiryExtended', data: { part: true } }]);
    const { state, appends } = inParts(broken.state, unfreezeAccount('U2', 10));
    expect(appends).toHaveLength(2);
    const moved = instant(january(26));
    expect(datesOf(state)).toEqual(Array.from({ length: 3_001 }, (_, index) => moved + index * 1_000));
  });

  it('extends twenty thousand lots under one name', () => {
    const { state, appends } = inParts(imported(LOTS), extendExpiry('X1', 3, 28));
    expectedToFit(appends);
    expect(new Set(datesOf(state))).toEqual(new Set([instant(january(28))]));
    expect(append(state, extendExpiry('X1', 4, 28)).appends).toEqual([]);
    expect(accountDecider.decide(extendExpiry('X1', 4, 29), state)).toMatchObject({ rejected: 'decision-conflict' });
  });

  it('lets twenty thousand lots live again, or none where all of them would be beyond the cap', () => {
    let state = imported(LOTS, 4);
    for (let isMore = true; isMore;) {
      const passed = append(state, passTime(6));
      state = passed.state;
      isMore = isFull(passed.appends.flat());
    }
    expect(state.books.get('POINTS')).toMatchObject({ available: 0n, breakage: 40_000n });
    const capped = { ...reactivateLots('V1', 7, { balanceCap: 39_999n }), part: true } as const;
    expect(accountDecider.decide(capped, state)).toMatchObject({ rejected: 'cap-exceeded' });
    const revived = inParts(state, reactivateLots('V1', 7, { balanceCap: 40_000n }));
    expectedToFit(revived.appends);
    expect(revived.state.books.get('POINTS')).toMatchObject({ available: 40_000n, breakage: 0n });
    expect(append(revived.state, reactivateLots('V1', 8)).appends).toEqual([]);
  });

  it('sends a leaver of a pool his twenty thousand lots', () => {
    const account = accountId('demo', 'main', 'pool-family');
    const on = { tenant: 'demo', program: 'main', account, at: instant(january(1)), holder: 'pool-family' };
    const open: OpenPool = { kind: 'open-pool', ...on, owner: 'm-1', members: [{ member: 'm-2' }] };
    const sent = receivePoints('T1', 2);
    const lots = Array.from({ length: LOTS }, () => sent.lots[0]!);
    const brings = { ...sent, account, holder: 'pool-family', from: accountId('demo', 'main', 'm-2'), lots };
    const filled = append(append(accountDecider.initial(), open).state, brings).state;
    const leave: LeavePool = { kind: 'leave-pool', ...on, at: instant(january(3)), leave: 'L1', member: 'm-2' };
    const { state, appends } = inParts(filled, leave);
    expectedToFit(appends);
    expect(state.books.get('POINTS')).toMatchObject({ available: 0n, moved: 0n });
    expect(state.pool?.members.has('m-2')).toBe(false);
  });
});

describe('what time has made due of more lots than one append takes', () => {
  const held = () => {
    let state = imported(4_500);
    for (const hold of ['H1', 'H2', 'H3']) state = append(state, placeHold(hold, 2, 3_000n)).state;
    return state;
  };

  it('lapses so many holds at once as one append takes, and the others the next time', () => {
    let state = held();
    const lengths: number[] = [];
    for (let left = 10; left > 0; left--) {
      const { appends, state: next } = append(state, passTime(5));
      state = next;
      lengths.push(appends.flat().length);
      if (!isFull(appends.flat())) break;
    }
    expect(lengths).toEqual([2, 1]);
    expect(state.books.get('POINTS')).toMatchObject({ available: 9_000n, held: 0n });
  });

  it('ends no hold otherwise whose time is over and whose lapse waits for the next append', () => {
    for (const command of [captureHold('H3', 5), releaseHold('H3', 5)]) {
      expect(accountDecider.decide(command, held())).toMatchObject({
        rejected: 'hold-ended',
        facts: { hold: 'H3', state: 'lapsed' },
      });
    }
    const leased = append(held(), placeHold('L1', 2, 0n, { till: 'pos-7', ttlSeconds: 86_401 })).state;
    expect(append(leased, settleLease('L1', 5, 0n)).appends).toEqual([]);
  });

  it('says so many notices at once as one append takes, each date once', () => {
    const first = append(imported(1_500), noticeExpiry(19));
    const rest = append(first.state, noticeExpiry(19));
    expect([first.appends, rest.appends].map((appends) => appends.flat().length)).toEqual([1_000, 500]);
    expect([first.appends, rest.appends].map((appends) => isFull(appends.flat()))).toEqual([true, false]);
    expect(append(rest.state, { ...noticeExpiry(19), at: (instant(january(19)) + HOUR) as Instant }).appends).toEqual(
      [],
    );
  });
});
