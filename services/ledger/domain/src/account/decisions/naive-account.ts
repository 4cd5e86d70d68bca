import { canonicalJson } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import type { AccountCommand, ApplyEvaluation, ReverseUnlinked } from '../account.commands';
import type { AccountEvent } from '../account.events';

interface NaiveLot {
  lot: string;
  order: string;
  issuer: string;
  since: number;
  activeAt: number;
  isPending: boolean;
  ends: number;
  waitsFor?: string;
  granted: number;
  over: number;
  held: number;
  spent: number;
  expired: number;
  moved: number;
  left: number;
}

interface NaiveAsk {
  name: string;
  order: string;
  at: number;
  issuer: string;
  own?: string;
  asked: number;
  policy: string;
}

const NEVER = 9e15;
const number = (value: bigint) => Number(value);
const time = (at: number) => String(at).padStart(17, '0');

/**
 * What an account of POINTS must be, slow and obvious: every lot and every ask in plain lists, and after each command all
 * reversals taken anew, one after the other. Decisions are believed in what they drew; `draws` says what they had to draw.
 */
export class NaiveAccount {
  private readonly lots = new Map<string, NaiveLot>();
  private readonly asked = new Map<string, ApplyEvaluation>();
  /** What caps left of each picture when it was last taken in. */
  private readonly cut = new Map<string, string>();
  private readonly pictures = new Map<string, { revision: number; asks: NaiveAsk[] }>();
  private taken: { name: string; lot: string; amount: number; expired: boolean }[] = [];
  private owed: { name: string; deficit: number; uncollectable: number; onHold: number }[] = [];

  /** Follows a command that was not refused, and the events that it made. */
  follow(command: AccountCommand, events: readonly AccountEvent[]): void {
    if (command.kind === 'apply-evaluation') this.purchases(command);
    if (command.kind === 'reverse-unlinked') this.unlinked(command);
    for (const event of events) if (!('asset' in event.data) || event.data.asset === 'POINTS') this.decision(event);
    this.takeBack();
  }

  /** Takes in all that another account has: from now on it is as if it had always been its own. */
  absorb(other: NaiveAccount): void {
    for (const [name, lot] of other.lots) this.lots.set(name, lot);
    for (const [name, picture] of other.pictures) this.pictures.set(name, picture);
    this.takeBack();
  }

  /** Lots that may be spent at an instant, in the order in which they are drawn, and what is left of each. */
  draws(at: number): [string, number][] {
    return [...this.lots.values()]
      .filter((lot) => lot.left > 0 && !lot.isPending && lot.activeAt <= at && lot.ends > at)
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .map(({ lot, left }) => [lot, left]);
  }

  /** Sums of everything, by the names of the books. */
  books(): Record<string, number> {
    const sums: Record<string, number> = {};
    const add = (book: string, amount: number) => (sums[book] = (sums[book] ?? 0) + amount);
    for (const lot of this.lots.values()) {
      add(lot.isPending ? 'pending' : 'available', lot.left);
      add('held', lot.held);
      add('redeemed', lot.spent);
      add('breakage', lot.expired);
    }
    for (const { amount, expired } of this.taken) if (expired) add('breakage', -amount);
    for (const { deficit, uncollectable } of this.owed) {
      add('deficit', -deficit);
      add('uncollectable', -uncollectable);
    }
    return Object.fromEntries(Object.entries(sums).filter(([, amount]) => amount !== 0));
  }

  /** Who took what out of which lot, as sorted lines. */
  reversals(): string[] {
    return this.taken
      .map(({ name, lot, amount, expired }) => `${name}: ${amount} of ${lot}${expired ? '!' : ''}`)
      .sort();
  }

  /** A newer picture, and whatever caps leave to every other purchase beside it. */
  private purchases(command: ApplyEvaluation): void {
    const key = keyOf(command);
    if ((this.pictures.get(key)?.revision ?? -1) >= command.revision) return;
    this.asked.set(key, command);
    const earned: [string, number][] = [];
    const all = [...this.asked.values()].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    for (const one of all) {
      const cut = naivelyCut(one, earned);
      const text = canonicalJson(cut);
      if (this.cut.get(keyOf(one)) !== text) this.purchase(cut);
      this.cut.set(keyOf(one), text);
    }
  }

  private purchase(command: ApplyEvaluation): void {
    const key = keyOf(command);
    const name = `${key}:POINTS`;
    const grant = command.grants.find(({ asset, amount }) => asset === 'POINTS' && amount > 0n);
    const old = this.lots.get(name);
    const used = old ? old.held + old.spent + old.expired + old.moved : 0;
    const granted = grant ? number(grant.amount) : 0;
    this.lots.delete(name);
    if (grant || used > 0) this.lots.set(name, this.lotOf(command, name, Math.max(granted, used), old, used > 0));
    const asks = command.returns.map((one) => ({
      ...this.askOf(
        `${one.return.source}:${one.return.id}`,
        Math.max(one.effectiveAt, command.effectiveAt),
        command.issuer,
      ),
      own: name,
      ...this.amountOf(one.amounts[0]!),
    }));
    if (used > granted) {
      const amount = { amount: BigInt(used - granted), clawback: undefined };
      asks.push({
        ...this.askOf(key, command.effectiveAt, command.issuer),
        own: name,
        ...this.amountOf(amount),
      });
    }
    for (const ask of asks) ask.order += ` ${key}`;
    this.pictures.set(key, { revision: command.revision, asks });
  }

  private lotOf(
    { grants, issuer, effectiveAt }: ApplyEvaluation,
    lot: string,
    granted: number,
    old: NaiveLot | undefined,
    isBound: boolean,
  ): NaiveLot {
    const [grant] = grants;
    if (!grant || grant.amount === 0n) return { ...old!, since: effectiveAt, granted };
    const waits = grant.activatesAt !== undefined || grant.activatesOn !== undefined;
    const activeAt =
      grant.activatesOn === undefined
        ? (grant.activatesAt ?? effectiveAt)
        : old && !old.isPending
          ? old.activeAt
          : NEVER;
    const ends = grant.expiresAt ?? NEVER;
    const fresh = { held: 0, spent: 0, expired: 0, moved: 0, over: 0, left: 0 };
    const made = { ...fresh, ...old, lot, since: effectiveAt, activeAt, granted, waitsFor: grant.activatesOn };
    const terms = { ...made, issuer: isBound ? old!.issuer : issuer, isPending: old ? old.isPending : waits };
    const lasts = old && old.over > 0 ? old.over : ends;
    return { ...terms, ends: lasts, order: orderOf(grant.priority ?? 0, lasts, activeAt, lot) };
  }

  private unlinked(command: ReverseUnlinked): void {
    const key = `${command.return.source}:${command.return.id}`;
    if ((this.pictures.get(key)?.revision ?? -1) >= command.revision) return;
    const ask = { ...this.askOf(key, command.effectiveAt, command.issuer), ...this.amountOf(command.amounts[0]!) };
    this.pictures.set(key, { revision: command.revision, asks: [{ ...ask, order: `${ask.order} ` }] });
  }

  private askOf(name: string, at: number, issuer: string) {
    return { name, at, issuer, order: `${time(at)} 1 ${name.replace(':', ' ')}` };
  }

  private amountOf({ amount, clawback = 'within_balance' }: { amount: bigint; clawback?: string }) {
    return { asked: number(amount), policy: clawback };
  }

  private decision({ type, data }: AccountEvent): void {
    const each = (slices: readonly (readonly string[])[], change: (lot: NaiveLot, amount: number) => void) => {
      for (const [lot, , , amount] of slices) change(this.lots.get(lot!)!, Number(amount));
    };
    switch (type) {
      case 'PointsActivated':
        return each(data.slices, (lot) => {
          lot.isPending = false;
          if (data.on) this.redate(lot, instant(data.effectiveAt), lot.ends);
        });
      case 'HoldPlaced':
        return each(data.slices, (lot, amount) => (lot.held += amount));
      case 'HoldCaptured':
        each(data.beyond ?? [], (lot, amount) => (lot.held += amount));
        each(data.released, (lot, amount) => (lot.held -= amount));
        return each(data.slices, (lot, amount) => {
          lot.held -= amount;
          lot.spent += amount;
        });
      case 'HoldReleased':
      case 'HoldLapsed':
        return each(data.slices, (lot, amount) => (lot.held -= amount));
      case 'LotsExpired':
        each(data.pending ?? [], (lot, amount) => (lot.expired += amount));
        return each(data.slices, (lot, amount) => (lot.expired += amount));
      case 'RedemptionCancelled':
        each(data.slices, (lot, amount) => (lot.spent -= amount));
        for (const lot of data.grace?.lots ?? []) this.extend(this.lots.get(lot)!, instant(data.grace!.until));
        return;
      case 'ExpiryExtended':
        for (const [lot, , to] of data.lots) this.extend(this.lots.get(lot)!, instant(to));
        return;
      case 'PointsDebited':
      case 'PointsSent':
        return each(data.slices, (lot, amount) => (lot.moved += amount));
      case 'PointsCredited':
        return this.arrived(data.lot, data.unit, data.effectiveAt, data.effectiveAt, data.expiresAt, data.amount);
      case 'PointsExchanged':
        return each(data.slices, (lot, amount) => (lot.moved += amount));
      case 'PointsWithdrawn':
        each(data.fallen ?? [], (lot, amount) => (lot.expired += amount));
        return each(data.slices, (lot, amount) => (lot.moved += amount));
      case 'LotsReactivated':
        each(data.slices, (lot, amount) => (lot.expired -= amount));
        for (const [lot, , to] of data.lots) this.extend(this.lots.get(lot)!, instant(to));
        return;
      case 'PointsGranted':
      case 'PointsImported':
      case 'PointsReceived':
        data.slices.forEach(([lot, issuer, , amount], index) => {
          const { activatedAt, expiresAt, priority = '0' } = data.lots[index]!;
          this.arrived(lot, issuer, data.effectiveAt, activatedAt, expiresAt, amount, Number(priority));
        });
    }
  }

  private arrived(
    lot: string,
    issuer: string,
    since: string,
    active: string,
    ends: string | undefined,
    amount: string,
    priority = 0,
  ) {
    const [from, activeAt, until] = [instant(since), instant(active), ends === undefined ? NEVER : instant(ends)];
    const nothing = { held: 0, spent: 0, expired: 0, moved: 0, over: 0, left: 0, isPending: false };
    const order = orderOf(priority, until, activeAt, lot);
    this.lots.set(lot, { lot, issuer, since: from, activeAt, ends: until, granted: Number(amount), order, ...nothing });
  }

  private extend(lot: NaiveLot, until: number): void {
    lot.over = until;
    this.redate(lot, lot.activeAt, until);
  }

  private redate(lot: NaiveLot, activeAt: number, ends: number): void {
    const priority = Number(lot.order.slice(0, 6)) - 500;
    Object.assign(lot, { activeAt, ends, order: orderOf(priority, ends, activeAt, lot.lot) });
  }

  /** Every reversal anew, in the order of facts; later lots repay what earlier ones owe. */
  private takeBack(): void {
    this.taken = [];
    this.owed = [];
    for (const lot of this.lots.values()) lot.left = 0;
    const lots = [...this.lots.values()].map((lot) => ({
      order: `${time(lot.since)} 0 ${lot.lot.replace(':', ' ')}`,
      run: () => this.arrive(lot),
    }));
    const asks = [...this.pictures.values()].flatMap((picture) => picture.asks);
    const facts = [...lots, ...asks.map((ask) => ({ order: ask.order, run: () => this.take(ask) }))];
    facts.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
    for (const { run } of facts) run();
  }

  private arrive(lot: NaiveLot): void {
    lot.left = lot.granted - lot.held - lot.spent - lot.expired - lot.moved;
    for (const one of this.owed) one.deficit -= this.takeFrom(one.name, lot, one.deficit);
  }

  private take(ask: NaiveAsk): void {
    let open = ask.asked;
    let onHold = 0;
    const own = ask.own === undefined ? undefined : this.lots.get(ask.own);
    if (own && (ask.policy !== 'only_pending' || own.activeAt > ask.at)) {
      open -= this.takeFrom(nameOf(ask), own, open);
      const awaited = this.owed.filter(({ name }) => asksFor(name, own.lot)).reduce((sum, one) => sum + one.onHold, 0);
      onHold = Math.min(open, own.held - awaited);
      open -= onHold;
      const revived = this.taken.filter(({ lot, expired }) => lot === own.lot && expired);
      const expired = Math.min(open, own.expired - revived.reduce((sum, one) => sum + one.amount, 0));
      if (expired > 0) this.taken.push({ name: nameOf(ask), lot: own.lot, amount: expired, expired: true });
      open -= expired;
    }
    if (ask.policy !== 'only_pending' && ask.policy !== 'same_lot') {
      const others = [...this.lots.values()].filter(
        (lot) => lot !== own && lot.left > 0 && lot.activeAt <= ask.at && lot.ends > ask.at,
      );
      const direction = ask.own === undefined ? -1 : 1;
      const rank = (lot: NaiveLot) => (lot.issuer === ask.issuer ? 0 : 1);
      others.sort((a, b) => rank(a) - rank(b) || (a.order < b.order ? -direction : direction));
      for (const lot of others) open -= this.takeFrom(nameOf(ask), lot, open);
    }
    const most = ask.policy === 'unlimited' ? NEVER : Number(/^floor:(.*)/.exec(ask.policy)?.[1] ?? 0);
    const deficit = Math.min(open, most);
    this.owed.push({ name: nameOf(ask), deficit, uncollectable: open - deficit, onHold });
  }

  private takeFrom(name: string, lot: NaiveLot, asked: number): number {
    const amount = Math.min(asked, lot.left);
    if (amount === 0) return 0;
    lot.left -= amount;
    const known = this.taken.find((one) => one.name === name && one.lot === lot.lot && !one.expired);
    if (known) known.amount += amount;
    else this.taken.push({ name, lot: lot.lot, amount, expired: false });
    return amount;
  }
}

function keyOf({ purchase }: ApplyEvaluation): string {
  return `${purchase.source}:${purchase.id}`;
}

function placeOf(command: ApplyEvaluation): string {
  return `${time(command.effectiveAt)} ${keyOf(command).replace(':', ' ')}`;
}

/** A picture as its caps leave it; `earned` lists what the purchases before it have earned in which window. */
function naivelyCut(command: ApplyEvaluation, earned: [string, number][]): ApplyEvaluation {
  const [grant] = command.grants;
  if (!grant?.caps) return command;
  const asked = number(grant.amount);
  let amount = asked;
  for (const { window, key, limit } of grant.caps.windows) {
    const before = window === 'transaction' ? [] : earned.filter(([name]) => name === `${window} ${key}`);
    amount = Math.min(amount, Math.max(0, number(limit) - before.reduce((sum, [, part]) => sum + part, 0)));
  }
  if (amount < asked && grant.caps.onExceed === 'reject') amount = 0;
  for (const { window, key } of grant.caps.windows) earned.push([`${window} ${key}`, amount]);
  if (amount === asked) return command;
  let kept = asked;
  const inOrder = [...command.returns].sort((a, b) => {
    const [first, second] = [a, b].map(
      (one) => `${time(Math.max(one.effectiveAt, command.effectiveAt))} ${one.return.id}`,
    );
    return first! < second! ? -1 : 1;
  });
  const returns = inOrder.map((one) => {
    const [back] = one.amounts;
    const left = Math.max(0, kept - number(back!.amount));
    const taken = Math.min(kept, amount) - Math.min(left, amount);
    kept = left;
    return { ...one, amounts: [{ ...back!, amount: BigInt(taken) }] };
  });
  return { ...command, grants: [{ ...grant, amount: BigInt(amount) }], returns };
}

function orderOf(priority: number, ends: number, activeAt: number, lot: string): string {
  return `${String(priority + 500).padStart(6, '0')} ${time(ends)} ${time(activeAt)} ${lot}`;
}

function nameOf({ name, own }: NaiveAsk): string {
  return own === undefined ? name : `${name} ${own.slice(0, -':POINTS'.length)}`;
}

function asksFor(name: string, lot: string): boolean {
  return name.endsWith(` ${lot.slice(0, -':POINTS'.length)}`);
}
