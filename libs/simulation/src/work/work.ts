import type { PurchasePaid, ReturnMade } from '@tallystick/contracts';
import { accountId, type CommandItem, commandId } from '@tallystick/decider';
import { accountStream } from '@tallystick/ledger/application/account-commands';
import type { FactCommand } from '@tallystick/ledger-domain';
import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import { PROGRAM, STORES, TENANT } from '../suite/program';
import type { Random } from '../world/random';
import type { Plan } from './plan';
import { type Spending, SPENDERS, spendingOf } from './spending';

/** Something that happens to the suite from outside. */
export type Work =
  | { readonly kind: 'publish'; readonly topic: 'purchases.v1'; readonly message: PurchasePaid }
  | { readonly kind: 'publish'; readonly topic: 'returns.v1'; readonly message: ReturnMade }
  /** A purchase that comes over HTTP, named by the key that its repetitions carry as well. */
  | { readonly kind: 'post'; readonly message: PurchasePaid; readonly idempotencyKey: string }
  /** A command that a caller sends to an account and repeats, the same id each time, until it is answered. */
  | { readonly kind: 'command'; readonly item: CommandItem<FactCommand> }
  /** Decisions on the account of a spender, one step after the other. */
  | { readonly kind: 'spend'; readonly steps: Spending }
  /** Time passes, and organization's clock says that a minute, or a day too, has ended. */
  | { readonly kind: 'tick'; readonly ms: number; readonly isDay: boolean }
  /** A record that nobody can read. */
  | { readonly kind: 'poison'; readonly topic: 'purchases.v1' | 'returns.v1'; readonly key: string }
  | { readonly kind: 'declare-store'; readonly store: string };

/** One more source of work: what it brings is mixed with everything else. Its items must be made of the draws alone. */
export type WorkSource = (random: Random, plan: Plan) => readonly Work[];

const FIRST = instant('2026-03-01T00:00:00Z');
const HOUR = 3_600_000;
/** Every purchase and return happens in so many hours; few enough that some share an instant. */
const HOURS = 20 * 24;
const SOURCE = 'till-1';

/** Purchases, returns, conflicts and repetitions of a few members, and commands from outside, in any order. */
export function workOf(random: Random, plan: Plan, sources: readonly WorkSource[] = sourcesOf(plan)): Work[] {
  const [least, most] = plan.purchases;
  const work = purchasesOf(random, 'P', random.between(least, most), () => memberOf(random, plan));
  for (const source of sources) work.push(...source(random, plan));
  const declared: Work[] = STORES.slice(0, plan.lateStores).map(({ node }) => ({ kind: 'declare-store', store: node }));
  return random.shuffled([...work, ...declared]);
}

function sourcesOf({ hasStrays, hasDesk, hasSpending }: Plan): WorkSource[] {
  return [hasStrays && STRAY_WORK, hasDesk && DESK_WORK, hasSpending && SPENDING_WORK].filter(
    (source) => source !== false,
  );
}

function purchasesOf(random: Random, prefix: string, count: number, member: () => string): Work[] {
  const purchases = Array.from({ length: count }, (_, index) => purchase(random, `${prefix}${index}`, member()));
  const work = purchases.flatMap((message) => carried(random, message));
  for (const message of purchases) work.push(...returnsOf(random, message));
  return work;
}

/** What spenders earn and spend, while time passes. */
export const SPENDING_WORK: WorkSource = (random, { spending: [purchases, scenes, tickTimes] }) => {
  const earned = purchasesOf(random, 'S', random.between(0, purchases), () => random.pick(SPENDERS));
  const spent = spendingOf(random, scenes).map((steps): Work => ({ kind: 'spend', steps }));
  const ticks = Array.from({ length: random.between(1, tickTimes) }, (): Work => {
    return { kind: 'tick', ms: random.between(1_000, 20_000), isDay: random.oneIn(2) };
  });
  return [...earned, ...spent, ...ticks];
};

/** Returns without a purchase and unreadable records. */
export const STRAY_WORK: WorkSource = (random, plan) => {
  const work: Work[] = [];
  for (let index = random.between(0, 2); index > 0; index--) {
    work.push(published(unlinkedReturn(random, `U${index}`, memberOf(random, plan))));
  }
  if (random.oneIn(3)) work.push({ kind: 'poison', topic: random.pick(['purchases.v1', 'returns.v1']), key: 'P0' });
  return work;
};

/** What an operator takes off accounts by command, while contracts move the same accounts. */
export const DESK_WORK: WorkSource = (random, plan) =>
  Array.from({ length: random.between(0, 4) }, (_, index): Work => {
    const member = memberOf(random, plan);
    const account = accountId(TENANT, PROGRAM, member);
    const command: FactCommand = {
      kind: 'reverse-unlinked',
      tenant: TENANT,
      account,
      program: PROGRAM,
      holder: member,
      return: { source: 'desk', id: `D${index}` },
      revision: 0,
      effectiveAt: timeIn(random),
      issuer: random.pick(['mall', 'park']),
      store: 'desk',
      receipt: 'ab'.repeat(32),
      amounts: [{ asset: 'POINTS', score: false, amount: BigInt(random.between(1, 200)) }],
    };
    const id = commandId(TENANT, 'desk', 'deduct', `D${index}`);
    return {
      kind: 'command',
      item: { stream: accountStream(TENANT, account), command, metadata: { actor: 'user:desk', commandId: id } },
    };
  });

/** One purchase as it reaches the suite: once or more often, by either entrance, now and then with other content. */
function carried(random: Random, message: PurchasePaid): Work[] {
  const post = (one: PurchasePaid, key: string): Work => ({ kind: 'post', message: one, idempotencyKey: key });
  const work = [random.oneIn(3) ? post(message, `${message.id}-a`) : published(message)];
  if (random.oneIn(4)) work.push(random.oneIn(2) ? post(message, `${message.id}-b`) : published(message));
  if (random.oneIn(6))
    work.push(published({ ...purchase(random, message.id, message.member?.id), occurredAt: message.occurredAt }));
  return work;
}

function returnsOf(random: Random, { id, lines }: PurchasePaid): Work[] {
  const work: Work[] = [];
  for (let index = random.between(-1, 2); index > 0; index--) {
    const line = random.pick(lines);
    const returned: ReturnMade = {
      type: 'return-made',
      version: 1,
      source: SOURCE,
      id: `R-${id}-${index}`,
      occurredAt: timeText(random),
      store: random.pick(STORES).node,
      purchase: { source: SOURCE, id },
      currency: 'CNY',
      lines: [{ line: line.line, amount: String(random.between(1, Number(line.amount))) }],
    };
    work.push(published(returned));
    if (random.oneIn(5)) work.push(published(returned));
    if (random.oneIn(8)) work.push(published({ ...returned, occurredAt: timeText(random) }));
  }
  return work;
}

function purchase(random: Random, id: string, member?: string): PurchasePaid {
  const lines = Array.from({ length: random.between(1, 3) }, (_, index) => ({
    line: String(index + 1),
    sku: `sku-${index}`,
    quantity: '1',
    amount: String(random.between(50, 30_000)),
  }));
  const total = String(lines.reduce((sum, { amount }) => sum + Number(amount), 0));
  return {
    type: 'purchase-paid',
    version: 1,
    source: SOURCE,
    id,
    occurredAt: timeText(random),
    store: random.pick(STORES).node,
    ...(member === undefined || random.oneIn(12) ? {} : { member: { id: member } }),
    currency: 'CNY',
    lines,
    tenders: [{ kind: 'cash', amount: total }],
    total,
  };
}

function unlinkedReturn(random: Random, id: string, member: string): ReturnMade {
  return {
    type: 'return-made',
    version: 1,
    source: SOURCE,
    id,
    occurredAt: timeText(random),
    store: random.pick(STORES).node,
    member: { id: member },
    currency: 'CNY',
    lines: [{ line: '1', sku: 'sku-0', amount: String(random.between(50, 20_000)) }],
  };
}

function published(message: PurchasePaid | ReturnMade): Work {
  return message.type === 'purchase-paid'
    ? { kind: 'publish', topic: 'purchases.v1', message }
    : { kind: 'publish', topic: 'returns.v1', message };
}

function memberOf(random: Random, { members }: Plan): string {
  return `m-${random.between(1, members)}`;
}

function timeIn(random: Random): Instant {
  return (FIRST + random.between(0, HOURS) * HOUR) as Instant;
}

function timeText(random: Random): string {
  return formatInstant(timeIn(random));
}
