import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readOnlineRetail } from './online-retail';
import type { Publication } from './publication';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'online-retail-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function read(rows: string, name = 'rows.csv'): Promise<{ all: Publication[]; leftOut: Record<string, number> }> {
  const file = join(folder, name);
  writeFileSync(file, name.endsWith('.gz') ? gzipSync(HEADER + rows) : HEADER + rows);
  const { publications, leftOut } = await readOnlineRetail(file);
  const all: Publication[] = [];
  for await (const publication of publications) all.push(publication);
  return { all, leftOut };
}

describe('the online-retail format', () => {
  it('makes an invoice a purchase, dated by its first row in London, from rows anywhere in the file', async () => {
    const { all } = await read(
      [
        '1,A,"X, ""quoted""",6,2011-06-01 08:26:00,2.55,17850.0,United Kingdom',
        '2,B,Y,1,2010-12-01 09:00:00,1.00,,United Kingdom',
        '1,C,Z,1,2011-06-01 08:27:00,0.001,17850.0,United Kingdom',
      ].join('\n'),
    );
    expect(all).toEqual([
      {
        topic: 'purchases.v1',
        customer: '17850',
        message: {
          type: 'purchase-paid',
          version: 1,
          source: 'online-retail',
          id: '1',
          occurredAt: '2011-06-01T08:26:00+01:00',
          store: 'online-shop',
          currency: 'GBP',
          lines: [
            { line: '1', sku: 'A', quantity: '6', amount: '1530', unitPrice: '2.55' },
            { line: '2', sku: 'C', quantity: '1', amount: '0', unitPrice: '0.001' },
          ],
          tenders: [{ kind: 'card', amount: '1530' }],
          total: '1530',
        },
      },
      expect.objectContaining({ topic: 'purchases.v1', customer: undefined }),
    ]);
  });

  it('makes a C… invoice an unlinked return in positive amounts', async () => {
    const { all } = await read('C9,A,X,-2,2010-12-01 09:00:00,0.255,1.0,France', 'rows.csv.gz');
    expect(all).toEqual([
      {
        topic: 'returns.v1',
        customer: '1',
        message: {
          type: 'return-made',
          version: 1,
          source: 'online-retail',
          id: 'C9',
          occurredAt: '2010-12-01T09:00:00+00:00',
          store: 'online-shop',
          currency: 'GBP',
          lines: [{ line: '1', sku: 'A', quantity: '2', amount: '51' }],
          tenders: [{ kind: 'card', amount: '51' }],
          total: '51',
        },
      },
    ]);
  });

  it.each([
    ['a negative quantity', '7,A,X,-2,2010-12-01 09:00:00,0.00,,France'],
    ['a negative net', 'A7,B,Adjust bad debt,1,2010-12-01 09:00:00,-11062.06,,France'],
  ])('leaves out an invoice with %s as no sale', async (_, rows) => {
    expect(await read(rows)).toEqual({ all: [], leftOut: { 'not-a-sale': 1 } });
  });

  it('rounds half a penny away from zero', async () => {
    const { all } = await read('7,A,X,1,2010-12-01 09:00:00,0.005,,France');
    expect(all[0]!.message.total).toBe('1');
  });

  it('fails on a file that is not there', async () => {
    await expect(readOnlineRetail(join(folder, 'missing.csv'))).rejects.toThrow('ENOENT');
  });
});
