import type { PurchaseLine, PurchasePaid } from '@tallystick/contracts';
import { formatInstant, type Instant, pad, parseInstant } from '@tallystick/vocabulary';
import { LEVELS } from './bench-program';

/** Members who buy, unless told otherwise. */
export const MEMBERS = 20_000;

const FIRST = parseInstant('2025-01-02T00:00:00Z')!;
/** Purchases lie so far apart that millions of them stay in one year, so that one tier window counts them all. */
const STEP_MS = 7;
const STORES = ['north-1', 'north-2', 'south-1', 'south-2'] as const;
const ARTICLES = [
  { sku: '4010000007919-milk-1l', category: 'grocery-dairy', brand: 'Alpine Meadow Dairy' },
  { sku: '4010000015838-rye-bread', category: 'grocery-bakery', brand: 'Old Mill Bakery' },
  { sku: '4010000023757-dish-soap', category: 'household', brand: 'Clear Spring' },
  { sku: '4010000031676-day-cream', category: 'cosmetics', brand: 'Lumen Skin Care' },
  { sku: '4010000039595-tea-towel', category: 'textile', brand: 'Linen & Loom' },
  { sku: '4010000047514-potting-soil', category: 'garden', brand: 'Green Acre' },
] as const;

/** The `index`-th purchase: made of the index alone, about 840 B of JSON, three lines, all of it earning. */
export function purchase(index: number, members = MEMBERS): PurchasePaid {
  const random = randomOf(index);
  const member = memberOf(random(members));
  const lines: PurchaseLine[] = [];
  let total = 0;
  for (let line = 1; line <= 3; line++) {
    const article = ARTICLES[random(ARTICLES.length)]!;
    const quantity = 1 + random(3);
    const unitPrice = 99 + random(2_000);
    total += quantity * unitPrice;
    lines.push({
      line: String(line),
      ...article,
      quantity: String(quantity),
      amount: String(quantity * unitPrice),
      unitPrice: String(unitPrice),
      cost: String(Math.floor((quantity * unitPrice * 2) / 3)),
      tax: String(Math.floor((quantity * unitPrice) / 6)),
      discount: '0',
    });
  }
  return {
    type: 'purchase-paid',
    version: 1,
    source: 'bench-till',
    id: purchaseId(index),
    occurredAt: formatInstant((FIRST + index * STEP_MS) as Instant),
    store: STORES[random(STORES.length)]!,
    member: { id: member },
    order: `order-2025-${pad(index, 9)}`,
    currency: 'CNY',
    lines,
    tenders: [{ kind: random(3) === 0 ? 'cash' : 'card', amount: String(total) }],
    total: String(total),
  };
}

/** Its name; the index can be read off it. */
export function purchaseId(index: number): string {
  return `R-2025-${pad(index, 9)}`;
}

/** The index that {@link purchaseId} names. */
export function indexOf(id: string): number {
  return Number(id.slice(-9));
}

export function memberOf(number: number): string {
  return `m-${pad(number, 8)}`;
}

/** Purchases as they are published: all bytes in one buffer outside of the heap, so that they weigh on no collection. */
export class Documents {
  readonly keys: string[] = [];
  private readonly ends: Float64Array;
  private bytes: Buffer;

  constructor(
    readonly count: number,
    { first = 0, members = MEMBERS }: { readonly first?: number; readonly members?: number } = {},
  ) {
    this.ends = new Float64Array(count);
    this.bytes = Buffer.allocUnsafe(Math.max(1, count) * 900);
    let end = 0;
    for (let i = 0; i < count; i++) {
      const document = purchase(first + i, members);
      this.keys.push(document.member!.id!);
      const text = JSON.stringify(document);
      if (end + text.length > this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.allocUnsafe(1 << 20)]);
      end += this.bytes.write(text, end, 'latin1');
      this.ends[i] = end;
    }
  }

  value(index: number): Buffer {
    return this.bytes.subarray(index === 0 ? 0 : this.ends[index - 1], this.ends[index]);
  }

  get size(): number {
    return this.count === 0 ? 0 : this.ends[this.count - 1]!;
  }
}

/** What the purchases must have led to, computed from them alone. */
export interface Expected {
  readonly points: bigint;
  readonly growth: bigint;
  readonly buyers: number;
}

/**
 * The balances that the first `count` purchases must end in: a point per whole yuan times the factor of the tier that the
 * member's earlier purchases gave, growth without factor (bench-program.ts). Shares no code with the services.
 */
export function expected(count: number, members = MEMBERS): Expected {
  const scores = new Map<string, number>();
  let points = 0n;
  let growth = 0n;
  for (let i = 0; i < count; i++) {
    const { member, total } = purchase(i, members);
    const score = scores.get(member!.id!) ?? 0;
    const level = LEVELS.findLast(({ from }) => score >= from);
    const { numerator, denominator } = level ?? { numerator: 1, denominator: 1 };
    points += (BigInt(total) * BigInt(numerator)) / (100n * BigInt(denominator));
    const earned = Math.floor(Number(total) / 100);
    growth += BigInt(earned);
    scores.set(member!.id!, score + earned);
  }
  return { points, growth, buyers: scores.size };
}

/** Whole numbers below a bound, from one number: a 32-bit mixer (splitmix32) stepped per draw. */
function randomOf(seed: number): (below: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b9) >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % below;
  };
}
