import { accountId } from '@tallystick/decider';
import type { AccountEvent, DecisionCommand } from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import { PROGRAM, START, TENANT } from '../suite/program';
import type { Random } from '../world/random';

/** Members whose points are spent and sent; the accounts of all others are moved by facts alone. */
export const SPENDERS = ['s-1', 's-2'] as const;

/** A decision that a caller asks for, the same each time until it is answered. */
export interface AskedDecision {
  readonly holder: string;
  /** Names the request: the key that its repetitions carry as well. */
  readonly request: string;
  /** The command, as of the server's clock. */
  readonly at: (now: Instant) => DecisionCommand;
  /** Whether an event is the one that carries it out. */
  readonly isOwn: (event: AccountEvent) => boolean;
}

/** Steps one after the other; the decisions of one step are asked for at once. */
export type Spending = readonly (readonly AskedDecision[])[];

const SECOND = 1_000;
/** Lots end, and holds lapse, within so many seconds: ticks of the clock get there. */
const LIVES = 60;

/** Holds and how they end, twice or in two ways at once; redemptions undone; points sent, taken and given. */
export function spendingOf(random: Random, scenesAtMost: number): Spending[] {
  const imports = new Map(SPENDERS.map((holder) => [holder, imported(random, holder)]));
  const scenes = Array.from({ length: random.between(1, scenesAtMost) }, (_, index) => {
    const holder = random.pick(SPENDERS);
    const scene = random.oneIn(3) ? moving(random, holder, index) : holding(random, holder, `H${index}`);
    return [[imports.get(holder)!], ...scene];
  });
  return scenes;
}

function imported(random: Random, holder: string): AskedDecision {
  const lots = Array.from({ length: random.between(1, 3) }, () => ({
    issuer: random.pick(['mall', 'park']),
    unitCost: '1',
    amount: BigInt(random.between(30, 200)),
    priority: 0,
    activatedAt: START,
    ...(random.oneIn(3) ? {} : { expiresAt: (START + random.between(2, LIVES) * SECOND) as Instant }),
  }));
  const expected = lots.reduce((sum, { amount }) => sum + amount, 0n);
  const said = { program: PROGRAM, holder, import: 'I', asset: 'POINTS', lots, expected };
  return {
    holder,
    request: 'import',
    at: (now) => ({ kind: 'import-points', ...said, ...accountOf(holder, now) }),
    isOwn: ({ type }) => type === 'PointsImported',
  };
}

function holding(random: Random, holder: string, hold: string): Spending {
  const amount = BigInt(random.between(10, 120));
  const expireUnderHold = random.pick(['protect', 'lapse'] as const);
  const ttlSeconds = random.between(3, LIVES);
  const place: AskedDecision = {
    holder,
    request: `${hold}/place`,
    at: (now) => ({
      kind: 'place-hold',
      ...accountOf(holder, now),
      hold,
      asset: 'POINTS',
      amount,
      ttlSeconds,
      unit: 'mall',
      expireUnderHold,
    }),
    isOwn: (event) => event.type === 'HoldPlaced' && event.data.hold === hold,
  };
  const part = random.oneIn(3) ? BigInt(random.between(1, Number(amount))) : undefined;
  const capture = (key: string): AskedDecision => ({
    holder,
    request: `${hold}/capture-${key}`,
    at: (now) => ({
      kind: 'capture-hold',
      ...accountOf(holder, now),
      hold,
      beyondHold: false,
      unit: 'mall',
      ...(part === undefined ? {} : { amount: part }),
    }),
    isOwn: (event) => event.type === 'HoldCaptured' && event.data.hold === hold,
  });
  const release: AskedDecision = {
    holder,
    request: `${hold}/release`,
    at: (now) => ({ kind: 'release-hold', ...accountOf(holder, now), hold }),
    isOwn: (event) => event.type === 'HoldReleased' && event.data.hold === hold,
  };
  const undone = cancelling(random, holder, hold);
  const ends: readonly Spending[] = [
    [[capture('a')], ...undone],
    [[capture('a'), capture('b')], ...undone],
    [[capture('a'), release], ...undone],
    [[release]],
    [],
  ];
  return [random.oneIn(4) ? [place, { ...place, request: `${hold}/place-again` }] : [place], ...random.pick(ends)];
}

/** Two cancellations at most, of one name or of two: together they may ask for more than there is. */
function cancelling(random: Random, holder: string, hold: string): Spending {
  const amount = random.oneIn(2) ? undefined : BigInt(random.between(1, 40));
  const cancel = (cancellation: string, key: string): AskedDecision => ({
    holder,
    request: `${cancellation}/${key}`,
    at: (now) => ({
      kind: 'cancel-redemption',
      ...accountOf(holder, now),
      hold,
      cancellation,
      ...(amount === undefined ? {} : { amount }),
    }),
    isOwn: (event) => event.type === 'RedemptionCancelled' && event.data.cancellation === cancellation,
  });
  if (random.oneIn(3)) return [];
  const second = random.oneIn(2) ? `${hold}-C1` : `${hold}-C2`;
  return [[cancel(`${hold}-C1`, 'a'), ...(random.oneIn(2) ? [cancel(second, 'b')] : [])]];
}

/** Points that go to the other spender, or are corrected by hand. */
function moving(random: Random, holder: string, index: number): Spending {
  const amount = BigInt(random.between(5, 90));
  if (random.oneIn(3)) return [[adjusted(random, holder, `A${index}`, random.oneIn(2) ? amount : -amount)]];
  const toHolder = SPENDERS.find((other) => other !== holder)!;
  // Two senders may give their transfers the same name.
  const transfer = random.pick(['T0', `T${index}`]);
  const send = (key: string): AskedDecision => ({
    holder,
    request: `${transfer}/${index}${key}`,
    at: (now) => ({ kind: 'send-points', ...accountOf(holder, now), transfer, toHolder, asset: 'POINTS', amount }),
    isOwn: (event) => event.type === 'PointsSent' && event.data.transfer === transfer,
  });
  return [random.oneIn(3) ? [send('a'), send('b')] : [send('a')]];
}

function adjusted(random: Random, holder: string, adjustment: string, amount: bigint): AskedDecision {
  const expiresAt = (START + random.between(LIVES, 2 * LIVES) * SECOND) as Instant;
  return {
    holder,
    request: adjustment,
    at: (now) => ({
      kind: 'adjust-points',
      ...accountOf(holder, now),
      adjustment,
      asset: 'POINTS',
      amount,
      reason: 'goodwill',
      unit: 'mall',
      unitCost: '1',
      ...(amount > 0n ? { expiresAt } : {}),
    }),
    isOwn: (event) =>
      (event.type === 'PointsCredited' || event.type === 'PointsDebited') && event.data.adjustment === adjustment,
  };
}

function accountOf(holder: string, at: Instant) {
  return { tenant: TENANT, account: accountId(TENANT, PROGRAM, holder), at };
}
