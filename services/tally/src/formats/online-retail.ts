import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { PurchaseLine, PurchasePaid, ReturnLine, ReturnMade } from '@tallystick/contracts';
import { round } from '@tallystick/vocabulary';
import { parse } from 'csv-parse';
import { DateTime } from 'luxon';
import type { FileReading, Publication } from './publication';

/** The store that the `online-retail` example program declares. */
const STORE = 'online-shop';
const SOURCE = 'online-retail';

interface Row {
  readonly InvoiceNo: string;
  readonly StockCode: string;
  readonly Quantity: string;
  readonly InvoiceDate: string;
  readonly UnitPrice: string;
  readonly CustomerID: string;
}

/** One row's part of an invoice; amounts in pence, signed as in the file. */
interface InvoiceLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly amount: bigint;
}

interface Invoice {
  readonly number: string;
  /** Of the first row. */
  readonly at: string;
  readonly customer: string;
  readonly lines: InvoiceLine[];
}

/**
 * Reads the UCI "Online Retail" file (CSV, also gzip) as the purchase contract says: rows are grouped by invoice over
 * the whole file; an invoice is dated by its first row (Europe/London); `C…` is an unlinked return in positive amounts;
 * an invoice that is no `C…` but has a negative quantity or net is left out and counted `not-a-sale`.
 */
export async function readOnlineRetail(file: string): Promise<FileReading> {
  const invoices = [...(await group(file)).values()];
  const sales = invoices.filter(isPublished);
  const leftOut = { 'not-a-sale': invoices.length - sales.length };
  return { publications: publicationsOf(sales), total: sales.length, leftOut };
}

async function* publicationsOf(invoices: readonly Invoice[]): AsyncIterable<Publication> {
  for (const invoice of invoices) {
    const customer = invoice.customer === '' ? undefined : invoice.customer;
    yield isReturn(invoice)
      ? { topic: 'returns.v1', message: returnOf(invoice), customer }
      : { topic: 'purchases.v1', message: purchaseOf(invoice), customer };
  }
}

async function group(file: string): Promise<Map<string, Invoice>> {
  const bytes = createReadStream(file);
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const rows = text.pipe(parse({ columns: true }));
  bytes.on('error', (error: Error) => rows.destroy(error));
  text.on('error', (error: Error) => rows.destroy(error));
  const invoices = new Map<string, Invoice>();
  for await (const row of rows as AsyncIterable<Row>) {
    let invoice = invoices.get(row.InvoiceNo);
    if (!invoice) {
      const customer = row.CustomerID.endsWith('.0') ? row.CustomerID.slice(0, -2) : row.CustomerID;
      invoice = { number: row.InvoiceNo, at: londonTime(row.InvoiceDate), customer, lines: [] };
      invoices.set(row.InvoiceNo, invoice);
    }
    const { StockCode: sku, UnitPrice: unitPrice } = row;
    const quantity = Number(row.Quantity);
    invoice.lines.push({ sku, quantity, unitPrice, amount: pence(row.Quantity, unitPrice) });
  }
  return invoices;
}

function isReturn({ number }: Invoice): boolean {
  return number.startsWith('C');
}

function isPublished(invoice: Invoice): boolean {
  return isReturn(invoice) || (invoice.lines.every(({ quantity }) => quantity >= 0) && net(invoice) >= 0n);
}

function net({ lines }: Invoice): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, 0n);
}

function purchaseOf(invoice: Invoice): PurchasePaid {
  const total = String(net(invoice));
  return {
    type: 'purchase-paid',
    version: 1,
    source: SOURCE,
    id: invoice.number,
    occurredAt: invoice.at,
    store: STORE,
    currency: 'GBP',
    lines: invoice.lines.map(purchaseLine),
    tenders: [{ kind: 'card', amount: total }],
    total,
  };
}

function purchaseLine({ sku, quantity, unitPrice, amount }: InvoiceLine, index: number): PurchaseLine {
  return { line: String(index + 1), sku, quantity: String(quantity), amount: String(amount), unitPrice };
}

function returnOf(invoice: Invoice): ReturnMade {
  const total = String(-net(invoice));
  return {
    type: 'return-made',
    version: 1,
    source: SOURCE,
    id: invoice.number,
    occurredAt: invoice.at,
    store: STORE,
    currency: 'GBP',
    lines: invoice.lines.map(returnLine),
    tenders: [{ kind: 'card', amount: total }],
    total,
  };
}

function returnLine({ sku, quantity, amount }: InvoiceLine, index: number): ReturnLine {
  return { line: String(index + 1), sku, quantity: String(-quantity), amount: String(-amount) };
}

/** `2010-12-01 08:26:00` of London's clocks, as RFC 3339 with the offset of that moment. */
function londonTime(text: string): string {
  const time = DateTime.fromSQL(text, { zone: 'Europe/London' });
  if (!time.isValid) throw new SyntaxError(`"${text}" is no InvoiceDate`);
  return time.toISO({ suppressMilliseconds: true });
}

/** quantity × price in pence, halves away from zero. */
function pence(quantity: string, price: string): bigint {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(price);
  if (!match) throw new SyntaxError(`"${price}" is no UnitPrice`);
  const fraction = match[3] ?? '';
  const magnitude = BigInt(match[2]! + fraction) * 100n * BigInt(quantity);
  return round(
    { numerator: match[1] ? -magnitude : magnitude, denominator: 10n ** BigInt(fraction.length) },
    'half-up',
  );
}
