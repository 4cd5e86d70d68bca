import { createHash } from 'node:crypto';
import type { PurchaseLine, PurchasePaid, ReturnMade } from '@tallystick/contracts';
import { addDays, type CalendarDate, formatDate, pad } from '@tallystick/vocabulary';

/** Identifiers of the demo's members, enrolled before the stream is published. */
export const DEMO_MEMBERS: readonly string[] = Array.from({ length: 60 }, (_, index) => `demo-${pad(index + 1, 3)}`);

const PURCHASES_A_DAY = 200;
const SOURCE = 'demo-till';

interface Article {
  readonly sku: string;
  readonly category: string;
  /** Fen. */
  readonly price: number;
}

interface Store {
  readonly store: string;
  readonly articles: readonly Article[];
}

const GROCERIES: readonly Article[] = [
  { sku: 'MILK-1L', category: 'dairy', price: 1290 },
  { sku: 'RICE-5KG', category: 'grocery', price: 4990 },
  { sku: 'TEA-250G', category: 'grocery', price: 8800 },
  { sku: 'WOK-32CM', category: 'household', price: 19900 },
];
const TICKETS: readonly Article[] = [
  { sku: 'ENTRY-DAY', category: 'ticket', price: 8000 },
  { sku: 'BOAT-1H', category: 'ticket', price: 12000 },
  { sku: 'TEA-SET', category: 'catering', price: 6800 },
];
const STORES: readonly Store[] = [
  { store: 'hz-001', articles: GROCERIES },
  { store: 'hz-002', articles: GROCERIES },
  { store: 'wh-001', articles: TICKETS },
  { store: 'wh-002', articles: TICKETS },
];

/** What one till sent: the message, and the demo member who showed a card, where one did. */
export interface DemoRecord {
  readonly topic: 'purchases.v1' | 'returns.v1';
  readonly message: PurchasePaid | ReturnMade;
  readonly member?: string;
}

/**
 * The purchases and returns of one day, made of the seed and the day alone: the same day gives the same records, which
 * the ledger takes for the duplicates they are. About one in ten is without member, one in forty is given back in part,
 * and one a day names a wrong total, to show what happens to a bad message.
 */
export function demoDay(seed: string, day: CalendarDate): DemoRecord[] {
  const random = randomOf(`${seed}/${formatDate(day)}`);
  const records: DemoRecord[] = [];
  for (let number = 1; number <= PURCHASES_A_DAY; number++) {
    const purchase = purchaseOf(day, number, random);
    const member = random(10) === 0 ? undefined : DEMO_MEMBERS[random(DEMO_MEMBERS.length)];
    const wrong = number === PURCHASES_A_DAY ? { total: String(BigInt(purchase.total) + 1n) } : {};
    records.push({ topic: 'purchases.v1', message: { ...purchase, ...wrong }, member });
    if (random(40) === 0 && number < PURCHASES_A_DAY)
      records.push({ topic: 'returns.v1', message: returnOf(purchase, day), member });
  }
  return records;
}

/** The days from `from` on, up to and without `until`. */
export function daysBetween(from: CalendarDate, until: CalendarDate): CalendarDate[] {
  const days: CalendarDate[] = [];
  for (let day = from; formatDate(day) < formatDate(until); day = addDays(day, 1)) days.push(day);
  return days;
}

function purchaseOf(day: CalendarDate, number: number, random: (below: number) => number): PurchasePaid {
  const { store, articles } = STORES[random(STORES.length)]!;
  const lines: PurchaseLine[] = Array.from({ length: 1 + random(3) }, (_, index) => {
    const { sku, category, price } = articles[random(articles.length)]!;
    const quantity = 1 + random(3);
    return { line: String(index + 1), sku, category, quantity: String(quantity), amount: String(price * quantity) };
  });
  const total = String(lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n));
  const seconds = 9 * 3600 + Math.floor((number * 12 * 3600) / (PURCHASES_A_DAY + 1));
  return {
    type: 'purchase-paid',
    version: 1,
    source: SOURCE,
    id: `${formatDate(day)}-${pad(number, 4)}`,
    occurredAt: at(day, seconds),
    store,
    currency: 'CNY',
    lines,
    tenders: [{ kind: random(3) === 0 ? 'cash' : 'card', amount: total }],
    total,
  };
}

function returnOf(purchase: PurchasePaid, day: CalendarDate): ReturnMade {
  const { line, amount } = purchase.lines[0]!;
  return {
    type: 'return-made',
    version: 1,
    source: SOURCE,
    id: `${purchase.id}-r`,
    occurredAt: at(day, 21 * 3600 + 1800),
    store: purchase.store,
    purchase: { source: purchase.source, id: purchase.id },
    currency: purchase.currency,
    lines: [{ line, amount }],
    total: amount,
  };
}

function at(day: CalendarDate, seconds: number): string {
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return `${formatDate(day)}T${clock}+08:00`;
}

/** Whole numbers below a bound, from SHA-256 in counter mode: the same on every machine. */
function randomOf(seed: string): (below: number) => number {
  let counter = 0;
  return (below) => createHash('sha256').update(`${seed}/${counter++}`).digest().readUInt32BE(0) % below;
}
