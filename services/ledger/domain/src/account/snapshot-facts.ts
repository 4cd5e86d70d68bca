import type { Instant } from '@tallystick/vocabulary';
import type { Slice } from '../lots/lot';
import {
  type Accrual,
  type AccountState,
  type Clawback,
  type Fact,
  type Hold,
  type Holding,
  keyOf,
  lotOf,
  type MixedShare,
  type Reversal,
  reversalKey,
  type TakenPart,
  type Taking,
  watchReversal,
} from './account.state';
import {
  type FactColumns,
  FACT_WIDTH,
  HOLD_STATES,
  HOLD_WIDTH,
  HOLDING_WIDTH,
  NONE,
  SLICE_WIDTH,
  TERMS_WIDTH,
} from './snapshot-columns';

/** Makes facts and holds of columns, from the first to the last. */
export class Facts {
  private holding = 0;
  private reversal = 0;
  private item = 0;
  private slice = 0;
  private readonly waits: Rows;
  private readonly used: Rows;
  private readonly extended: Rows;
  private readonly owed: Rows;
  private readonly expired: Rows;

  constructor(
    private readonly state: AccountState,
    private readonly columns: FactColumns,
  ) {
    this.waits = new Rows(columns.waits, 4);
    this.used = new Rows(columns.used, 6);
    this.extended = new Rows(columns.extended, 3);
    this.owed = new Rows(columns.owed, 4);
    this.expired = new Rows(columns.expired, 1);
  }

  read(): void {
    const { words, ids, facts } = this.columns;
    let at = 0;
    for (let place = 0; place < ids.length; place++) {
      const row = place * FACT_WIDTH;
      at += facts[row]!;
      const said = {
        at: at as Instant,
        source: words[facts[row + 1]!]!,
        id: ids[place]!,
        issuer: words[facts[row + 2]!]!,
        revision: facts[row + 3]!,
      };
      const size = facts[row + 4]!;
      this.state.facts.push(size < 0 ? this.reversalOf(said, NONE - size) : this.accrualOf(said, size));
    }
    for (let row = 0, slice = 0; row < this.columns.holds.length; row += HOLD_WIDTH) slice += this.readHold(row, slice);
  }

  private accrualOf({ at, source, id, issuer, revision }: Said, size: number): Fact {
    const key = keyOf({ source, id });
    const holdings: Holding[] = [];
    for (let i = 0; i < size; i++) holdings.push(this.nextHolding(key, at));
    const accrual: Accrual = { kind: 'accrual', at, source, id, issuer, revision, holdings, returns: undefined };
    this.state.accruals.set(key, accrual);
    return accrual;
  }

  private nextHolding(key: string, earnedAt: Instant): Holding {
    const { words, terms, holdings } = this.columns;
    const number = this.holding++;
    const row = number * HOLDING_WIDTH;
    const at = holdings[row]! * TERMS_WIDTH;
    const asset = words[terms[at]!]!;
    const expiresAt = holdings[row + 1]!;
    const [granted, taken] = [holdings[row + 2]!, holdings[row + 3]!];
    const [waits, used, extended] = [this.waits.of(number), this.used.of(number), this.extended.of(number)];
    return {
      asset,
      lot: terms[at + 1] === 1 ? lotOf(key, asset) : undefined,
      unitCost: words[terms[at + 2]!]!,
      expiresAt: expiresAt === NONE ? undefined : (expiresAt as Instant),
      priority: terms[at + 3]!,
      activatesOn: waits && this.word(waits[2]!),
      activatedAt: waits ? instantAt(waits[1]!) : earnedAt,
      pending: waits?.[0] === 1,
      granted: amountOf(granted),
      remaining: amountOf(granted - taken),
      used: used && usedOf(used),
      extendedTo: extended && instantAt(extended[0]!),
      extendedAt: extended && instantAt(extended[1]!),
    };
  }

  private word(number: number): string | undefined {
    return number === NONE ? undefined : this.columns.words[number]!;
  }

  private readHold(row: number, firstSlice: number): number {
    const { words, holds, held } = this.columns;
    const count = holds[row + 11]!;
    const asset = words[holds[row + 1]!]!;
    const slices: Slice[] = [];
    for (let i = 0; i < count; i++) slices.push(this.sliceAt(held, (firstSlice + i) * SLICE_WIDTH, asset));
    const hold: Hold = {
      hold: words[holds[row]!]!,
      asset,
      amount: amountOf(holds[row + 2]!),
      at: holds[row + 3] as Instant,
      until: holds[row + 4] as Instant,
      ttlSeconds: holds[row + 5]!,
      unit: words[holds[row + 6]!]!,
      store: this.word(holds[row + 7]!),
      till: this.word(holds[row + 8]!),
      member: this.word(holds[row + 12]!),
      share: this.shareAt(row + 13),
      slices,
      state: HOLD_STATES[holds[row + 9]!]!,
      captured: amountOf(holds[row + 10]!),
    };
    this.state.holds.set(hold.hold, hold);
    if (hold.state === 'open') this.state.open.add(hold);
    return count;
  }

  private shareAt(place: number): MixedShare | undefined {
    const { holds } = this.columns;
    if (holds[place] === NONE) return undefined;
    return { amount: amountOf(holds[place]!), place: holds[place + 1]!, rate: this.word(holds[place + 2]!) };
  }

  private reversalOf({ at, source, id, issuer, revision }: Said, size: number): Fact {
    const { words, reversals } = this.columns;
    const row = this.reversal;
    this.reversal += 4;
    const purchase = reversals[row] === NONE ? undefined : words[reversals[row]!]!;
    const earnedAt = reversals[row + 1] === NONE ? undefined : (reversals[row + 1] as Instant);
    const [store, receipt] = [words[reversals[row + 2]!]!, words[reversals[row + 3]!]!];
    const items: Taking[] = [];
    for (let i = 0; i < size; i++) items.push(this.nextItem());
    const said = { at, source, id, purchase, earnedAt, issuer, store, receipt, revision, items };
    const reversal: Reversal = { kind: 'reversal', ...said };
    const key = reversalKey(reversal, purchase);
    this.state.reversals.set(key, reversal);
    watchReversal(this.state, reversal);
    this.state.lastReversal = reversal;
    const accrual = purchase === undefined ? undefined : this.state.accruals.get(purchase);
    if (accrual) (accrual.returns ??= new Set()).add(key);
    return reversal;
  }

  private nextItem(): Taking {
    const { words, items, slices } = this.columns;
    const number = this.item++;
    const row = number * 4;
    const asset = words[items[row]!]!;
    const [asked, taken] = [amountOf(items[row + 1]!), amountOf(items[row + 2]!)];
    const [policy = NONE, deficit = 0, onHold = 0] = this.owed.of(number) ?? [];
    const clawback = this.word(policy) as Clawback | undefined;
    const item = { asset, asked, taken, deficit: amountOf(deficit), onHold: amountOf(onHold), clawback };
    const count = items[row + 3]!;
    if (count === NONE) return { ...item, slices: undefined };
    const parts: TakenPart[] = [];
    for (let i = 0; i < count; i++) {
      const slice = this.slice++;
      const expired = this.expired.of(slice) !== undefined;
      parts.push({ ...this.sliceAt(slices, slice * SLICE_WIDTH, asset), expired });
    }
    return { ...item, slices: parts };
  }

  private sliceAt(slices: readonly number[], row: number, asset: string): Slice {
    const { words } = this.columns;
    return {
      lot: this.lotAt(slices[row]!, asset),
      issuer: words[slices[row + 1]!]!,
      unitCost: words[slices[row + 2]!]!,
      amount: amountOf(slices[row + 3]!),
    };
  }

  private lotAt(place: number, asset: string): string {
    const { words, ids, facts } = this.columns;
    if (place < 0) return words[NONE - place]!;
    return lotOf(keyOf({ source: words[facts[place * FACT_WIDTH + 1]!]!, id: ids[place]! }), asset);
  }
}

/** Rows of few places, each led by its place, read in the order of places. */
class Rows {
  private next = 0;

  constructor(
    private readonly numbers: readonly number[],
    private readonly width: number,
  ) {}

  /** The rest of the row of a place, where it has one. */
  of(place: number): number[] | undefined {
    if (this.numbers[this.next] !== place) return undefined;
    const row = this.numbers.slice(this.next + 1, this.next + this.width);
    this.next += this.width;
    return row;
  }
}

function usedOf([held, spent, expired, moved, freedAt]: readonly number[]): Holding['used'] {
  return {
    held: amountOf(held!),
    spent: amountOf(spent!),
    expired: amountOf(expired!),
    moved: amountOf(moved!),
    freedAt: instantAt(freedAt!),
  };
}

function instantAt(number: number): Instant | undefined {
  return number === NONE ? undefined : (number as Instant);
}

/** Small amounts come again and again, and making a bigint is the dearest part of reading one. */
const amounts: bigint[] = [];
const SMALL = 4_096;

function amountOf(number: number): bigint {
  return number >= 0 && number < SMALL ? (amounts[number] ??= BigInt(number)) : BigInt(number);
}

type Said = Pick<Fact, 'at' | 'source' | 'id' | 'issuer' | 'revision'>;
