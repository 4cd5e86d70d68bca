import { canonicalJson } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand } from '../account/account.commands';
import { accountDecider } from '../account/account.decider';
import type { AccountEvent } from '../account/account.events';
import { growthGrant, linkedReturn, pointsGrant, purchasePicture, unlinkedReturn } from '../account/account.examples';
import { accountSnapshot } from '../account/account.snapshot';
import type { AccountState } from '../account/account.state';
import {
  adjustPoints,
  cancelRedemption,
  captureHold,
  exchangePoints,
  importPoints,
  passTime,
  placeHold,
  receivePoints,
  releaseHold,
  sendPoints,
} from '../account/decisions/decision.examples';
import { forkAccount } from '../account/fork';
import { explainBalance } from '../explanation/explain';
import { asOf, balancesAsOf } from './as-of';
import { on, recorded } from './as-of.spec-data';
import { AccountHistory } from './history';
import { RunningFold } from './running-fold';

const NEVER = Number.MAX_SAFE_INTEGER;

const day = fc.integer({ min: 1, max: 28 });
const amount = fc.bigInt({ min: 1n, max: 60n });
const hold = fc.constantFrom('H1', 'H2', 'H3');
/** What happens at a day: decisions then, facts that day or, told late, whenever they were. */
type Act = (now: number) => AccountCommand;
const purchase = fc
  .record({
    // When a purchase was made never changes, whatever its later pictures say.
    bought: fc.constantFrom(['P1', 1] as const, ['P2', 3] as const, ['P3', 9] as const),
    granted: amount,
    revision: fc.nat({ max: 3 }),
    ends: fc.option(day, { nil: undefined }),
    back: fc.option(amount, { nil: undefined }),
  })
  .map(({ bought: [id, from], granted, revision, ends, back }): Act => {
    const grant = pointsGrant(granted, ends === undefined || ends <= from ? {} : { expiresAt: on(ends) });
    const returns = back ? [linkedReturn(`R${id}`, from + 4, back, 7n)] : [];
    return () => purchasePicture(id, from, 0n, { revision, grants: [grant, growthGrant(granted)], returns });
  });
const placed = fc.tuple(hold, amount, day).map(([name, held, days]): Act => {
  return (now) => placeHold(name, now, held, { expireUnderHold: 'protect', ttlSeconds: days * 43_200 });
});
const credited = fc.bigInt({ min: -40n, max: 40n }).filter((given) => given !== 0n);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: purchase },
  {
    weight: 1,
    arbitrary: fc.tuple(day, amount).map(
      ([was, asked]): Act =>
        () =>
          unlinkedReturn('U1', was, asked),
    ),
  },
  { weight: 4, arbitrary: placed },
  {
    weight: 3,
    arbitrary: hold.map(
      (name): Act =>
        (now) =>
          captureHold(name, now, {}),
    ),
  },
  {
    weight: 1,
    arbitrary: hold.map(
      (name): Act =>
        (now) =>
          releaseHold(name, now),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(hold, amount).map(([name, undone]): Act => {
      return (now) => cancelRedemption(name, 'C1', now, { amount: undone });
    }),
  },
  {
    weight: 1,
    arbitrary: credited.map(
      (given): Act =>
        (now) =>
          adjustPoints('A1', now, given),
    ),
  },
  {
    weight: 1,
    arbitrary: credited.map(
      (given): Act =>
        (now) =>
          adjustPoints('A2', now, given),
    ),
  },
  {
    weight: 2,
    arbitrary: amount.map(
      (sent): Act =>
        (now) =>
          sendPoints('T1', now, sent),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>((now) => receivePoints('T2', now)) },
  { weight: 1, arbitrary: fc.constant<Act>((now) => importPoints('I1', now)) },
  {
    weight: 2,
    arbitrary: amount.map(
      (given): Act =>
        (now) =>
          exchangePoints('E1', now, given),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Act>((now) => passTime(now)) },
);
/** Commands of the days from the 9th on, one a day. */
const acts = fc.array(act, { minLength: 1, maxLength: 20 }).map((list) => list.map((one, index) => one(index + 9)));

const text = (state: AccountState) => canonicalJson(accountSnapshot.encode(state));
const folded = (events: readonly AccountEvent[], state = accountDecider.initial()) =>
  events.reduce((known, event) => accountDecider.evolve(known, event), state);

describe('a random account that is folded without keeping its events', () => {
  it('is at an instant what its history says', () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 30 }).map(on), (commands, at) => {
        const history = recorded(commands);
        const running = new RunningFold(at);
        for (const { event } of history.events) running.take(event);
        const { books } = running.end();
        const held = [...books].map(([asset, { available, pending, held, breakage }]) => [
          asset,
          available,
          pending,
          held,
          breakage,
        ]);
        const asked = balancesAsOf(history, { at });
        expect(held.sort()).toEqual(
          asked.map((one) => [one.asset, one.available, one.pending, one.held, one.breakage]),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('without an instant is what the decider holds', () => {
    fc.assert(
      fc.property(acts, (commands) => {
        const running = new RunningFold();
        const events = recorded(commands).events.map(({ event }) => event);
        for (const event of events) running.take(event);
        expect(text(running.end())).toBe(text(folded(events)));
      }),
    );
  });
});

describe('states at the ends of periods of a random account', () => {
  const question = fc.record({
    at: fc.integer({ min: 1, max: 30 }).map(on),
    knownAt: fc.option(
      fc.nat({ max: 20 }).map((minutes) => (on(1) + minutes * 60_000) as Instant),
      { nil: undefined },
    ),
  });

  it('change no answer, whatever was asked before and however short the periods are', () => {
    fc.assert(
      fc.property(
        acts,
        fc.integer({ min: 1, max: 5 }),
        fc.array(question, { minLength: 1, maxLength: 8 }),
        (commands, period, questions) => {
          const [kept, none] = [new AccountHistory(period), new AccountHistory(NEVER)];
          recorded(commands, kept);
          recorded(commands, none);
          for (const axes of questions) {
            expect(asOf(kept, axes)).toEqual(asOf(none, axes));
            expect(explainBalance(kept, axes, 'POINTS')).toEqual(explainBalance(none, axes, 'POINTS'));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('change no answer while events go on to come', () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 3 }), question, (commands, period, axes) => {
        const growing = new AccountHistory(period);
        for (const event of recorded(commands).events) {
          growing.take(event);
          const fresh = new AccountHistory(NEVER);
          for (const known of growing.events) fresh.take(known);
          expect(asOf(growing, axes)).toEqual(asOf(fresh, axes));
        }
      }),
    );
  });
});

describe('a fork of a random account', () => {
  const split = fc.tuple(acts, fc.nat({ max: 40 })).map(([commands, at]) => {
    const events = recorded(commands).events.map(({ event }) => event);
    return { before: events.slice(0, at), after: events.slice(at) };
  });

  it('becomes what the account would have become, and leaves it as it is', () => {
    fc.assert(
      fc.property(split, ({ before, after }) => {
        const given = folded(before);
        const was = text(given);
        const fork = folded(after, forkAccount(given));
        expect(text(fork)).toBe(text(folded([...before, ...after])));
        expect(text(given)).toBe(was);
        expect(accountDecider.invariants(fork)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('may be forked at every event, and each fork stays what it was', () => {
    fc.assert(
      fc.property(acts, (commands) => {
        let state = accountDecider.initial();
        const kept: { readonly state: AccountState; readonly was: string }[] = [];
        for (const { event } of recorded(commands).events) {
          kept.push({ state, was: text(state) });
          state = accountDecider.evolve(forkAccount(state), event);
        }
        for (const { state: one, was } of kept) expect(text(one)).toBe(was);
      }),
    );
  });
});
