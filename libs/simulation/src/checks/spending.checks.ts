import { isDeepStrictEqual } from 'node:util';
import { accountId, bodyOf, type RecordedEvent } from '@tallystick/decider';
import type { AccountCommand, AccountEvent, AccountState, PointsReceived, PointsSent } from '@tallystick/ledger-domain';
import { NaiveAccount } from '@tallystick/ledger-domain/naive-account';
import { accountStream } from '@tallystick/ledger/application/account-commands';
import { type Instant, instant } from '@tallystick/vocabulary';
import type { Violation, World } from '../simulate';
import { PROGRAM, TENANT } from '../suite/program';
import { requestId } from '../work/callers';
import { SPENDERS } from '../work/spending';
import { deciderOf, type Readings } from './folds';

/** The account of a spender as its stream tells it. */
interface Spent {
  readonly holder: string;
  readonly stream: string;
  readonly recorded: readonly RecordedEvent[];
  readonly events: readonly AccountEvent[];
}

/** What must hold of accounts that are spent from (trust.md I1, I2, I5, I13). */
export function spendingChecks(world: World, readings: Readings): Violation[] {
  if (!world.plan.hasSpending) return [];
  const accounts = SPENDERS.map((holder) => spentBy(world, holder));
  return [
    ...accounts.flatMap((account) => [
      ...endsOf(account),
      ...drawnAsModel(world, readings, account),
      ...dueOf(world, readings, account),
    ]),
    ...answersOf(world, readings, accounts),
    ...transfersOf(accounts),
  ];
}

function spentBy({ disk }: World, holder: string): Spent {
  const stream = accountStream(TENANT, accountId(TENANT, PROGRAM, holder));
  const recorded = disk.services.ledger.log.readStream(stream).events;
  const { upcast } = deciderOf(stream);
  const events = recorded.map((event) => upcast(event.type, event.version, bodyOf(event)) as AccountEvent);
  return { holder, stream, recorded, events };
}

const ENDS: ReadonlySet<string> = new Set(['HoldCaptured', 'HoldReleased', 'HoldLapsed']);

/** A hold is placed once and ends once; no more of it comes back than was redeemed. */
function endsOf({ stream, events }: Spent): Violation[] {
  const violations: Violation[] = [];
  const say = (what: string): number => violations.push({ check: 'hold-ends-once', what, stream });
  const placed = new Map<string, bigint>();
  const ended = new Map<string, bigint>();
  for (const { type, data } of events) {
    if (!('hold' in data)) continue;
    const { hold } = data;
    const amount = BigInt(data.amount);
    if (type === 'HoldPlaced') {
      if (placed.has(hold)) say(`${hold} is placed twice`);
      placed.set(hold, amount);
    } else if (ENDS.has(type)) {
      if (ended.has(hold)) say(`${hold} ends twice: ${type}`);
      ended.set(hold, type === 'HoldCaptured' ? amount : 0n);
    } else if (type === 'RedemptionCancelled') {
      const left = (ended.get(hold) ?? 0n) - amount;
      if (left < 0n) say(`more of ${hold} comes back than was redeemed`);
      ended.set(hold, left);
    }
  }
  return violations;
}

const DRAWN: ReadonlySet<string> = new Set(['HoldPlaced', 'PointsSent', 'PointsDebited']);

/** What was drawn, and what stands at the end, is what the naive account of the domain says, told the same in the same order. */
function drawnAsModel({ disk }: World, readings: Readings, { stream, recorded, events }: Spent): Violation[] {
  const naive = new NaiveAccount();
  const violations: Violation[] = [];
  for (let from = 0, to = 0; from < events.length; from = to) {
    const id = readings.commandOf(recorded[from]!)!;
    while (to < events.length && readings.commandOf(recorded[to]!) === id) to += 1;
    const told = disk.told.get(id);
    if (!told) {
      violations.push({ check: 'drawn-as-model', what: `nobody asked for revision ${from}`, stream });
      continue;
    }
    const command = pointsOnly(told);
    for (const part of partsOf(command, events.slice(from, to))) {
      const wanted = wantedOf(naive, part);
      naive.follow(command, part);
      if (wanted === undefined) continue;
      violations.push({ check: 'drawn-as-model', what: `revision ${from} draws other than ${wanted}`, stream });
    }
  }
  const state = readings.stateOf(stream) as AccountState;
  const [stands, wanted] = [booksOf(state), naive.books()];
  if (!isDeepStrictEqual(stands, wanted)) {
    const what = `the books say ${JSON.stringify(stands)}, not ${JSON.stringify(wanted)}`;
    violations.push({ check: 'books-are-model', what, stream });
  }
  return violations;
}

/** What a command says of POINTS: the naive account knows no other asset. */
function pointsOnly(command: AccountCommand): AccountCommand {
  const isPoints = ({ asset }: { readonly asset: string }) => asset === 'POINTS';
  const nothing = { asset: 'POINTS', score: false, amount: 0n };
  const asked = <Amount extends { readonly asset: string }>(amounts: readonly Amount[]) => [
    amounts.find(isPoints) ?? nothing,
  ];
  if (command.kind === 'reverse-unlinked') return { ...command, amounts: asked(command.amounts) };
  if (command.kind !== 'apply-evaluation') return command;
  const returns = command.returns.map((one) => ({ ...one, amounts: asked(one.amounts) }));
  return { ...command, grants: command.grants.filter(isPoints), returns };
}

/** A decision event by event, since what it draws rests on what was due before it; a fact as a whole. */
function partsOf(command: AccountCommand, events: readonly AccountEvent[]): (readonly AccountEvent[])[] {
  const isFact = command.kind === 'apply-evaluation' || command.kind === 'reverse-unlinked';
  return isFact ? [events] : events.map((event) => [event]);
}

/** What a decision had to draw; absent where it drew just that, or draws nothing. */
function wantedOf(naive: NaiveAccount, [event]: readonly AccountEvent[]): string | undefined {
  if (!event || !DRAWN.has(event.type) || !('slices' in event.data)) return undefined;
  const { slices, effectiveAt } = event.data;
  let open = slices.reduce((sum, [, , , amount]) => sum + Number(amount), 0);
  const wanted: [string, number][] = [];
  for (const [lot, left] of naive.draws(instant(effectiveAt))) {
    if (open === 0) break;
    const part = Math.min(open, left);
    wanted.push([lot, part]);
    open -= part;
  }
  const isAsWanted = isDeepStrictEqual(
    slices.map(([lot, , , amount]) => [lot, Number(amount)]),
    wanted,
  );
  return isAsWanted && open === 0 ? undefined : JSON.stringify(wanted);
}

function booksOf({ books }: AccountState): Record<string, number> {
  const known = books.get('POINTS');
  const names = ['pending', 'available', 'held', 'redeemed', 'breakage', 'deficit', 'uncollectable'] as const;
  return Object.fromEntries(names.map((name) => [name, Number(known?.[name] ?? 0n)]).filter(([, sum]) => sum !== 0));
}

/** Nothing is due any more that the last tick of the clock said had ended. */
function dueOf({ disk }: World, readings: Readings, { stream }: Spent): Violation[] {
  const minutes = disk.bus.records('organization.minute-ended.v1');
  const last = Math.max(...minutes.map(({ message }) => instant((message as { at: string }).at))) as Instant;
  const { open, facts } = readings.stateOf(stream) as AccountState;
  const late = [...open].filter(({ until }) => until <= last).map(({ hold }) => `${hold} is still held`);
  for (const fact of facts) {
    for (const { lot, remaining, expiresAt, extendedTo } of fact.kind === 'accrual' ? fact.holdings : []) {
      const ends = extendedTo ?? expiresAt;
      if (lot !== undefined && remaining > 0n && ends !== undefined && ends <= last)
        late.push(`${lot} has not expired`);
    }
  }
  return late.map((what) => ({ check: 'time-is-booked', what, stream }));
}

/** What callers were told is what the stream says: a decision that stands, with its own event, or nothing at all. */
function answersOf({ callers }: World, readings: Readings, accounts: readonly Spent[]): Violation[] {
  return callers.promised.decided.flatMap(({ asked, result }): Violation[] => {
    const { stream, recorded, events } = accounts.find(({ holder }) => holder === asked.holder)!;
    const say = (what: string): Violation[] => [{ check: 'answers-stand', what: `${asked.request} ${what}`, stream }];
    const own = events.filter((event) => asked.isOwn(event));
    if (result.kind === 'refused') {
      const isDone = recorded.some((event) => readings.commandOf(event) === requestId(asked));
      return isDone ? say('was refused and is done') : [];
    }
    if (own.length !== 1) return say(`was carried out and has ${own.length} events`);
    return result.event && !isDeepStrictEqual(result.event.data, own[0]!.data) ? say('was answered otherwise') : [];
  });
}

/** What left one account came to the other once, with the same lots, and nothing else came. */
function transfersOf(accounts: readonly Spent[]): Violation[] {
  const sent: PointsSent['data'][] = [];
  const received = new Map<string, PointsReceived['data'][]>();
  for (const { stream, events } of accounts) {
    for (const event of events) {
      if (event.type === 'PointsSent') sent.push(event.data);
      if (event.type === 'PointsReceived') received.set(stream, [...(received.get(stream) ?? []), event.data]);
    }
  }
  const violations: Violation[] = [];
  const say = (what: string, stream: string): number => violations.push({ check: 'transfers-arrive', what, stream });
  for (const data of sent) {
    const stream = accountStream(TENANT, data.to);
    const arrived = received.get(stream) ?? [];
    const at = arrived.findIndex((one) => isSameTransfer(data, one));
    if (at < 0) say(`${data.transfer} of ${data.holder} never arrives`, stream);
    else arrived.splice(at, 1);
  }
  for (const [stream, rest] of received)
    for (const { transfer } of rest) say(`${transfer} arrives and was not sent`, stream);
  return violations;
}

function isSameTransfer(sent: PointsSent['data'], received: PointsReceived['data']): boolean {
  const ends = ({ lots, slices }: PointsSent['data'] | PointsReceived['data']) =>
    slices.map(([, issuer, unitCost, amount], index) => [issuer, unitCost, amount, lots[index]!.expiresAt]);
  return sent.amount === received.amount && isDeepStrictEqual(ends(sent), ends(received));
}
