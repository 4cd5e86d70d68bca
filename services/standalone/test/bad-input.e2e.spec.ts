import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type PurchasePaid } from '@tallystick/contracts';
import { type OutgoingRecord, type Publisher, signedBytes } from '@tallystick/messaging';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { addDays, formatDate, type Instant, utcDate } from '@tallystick/vocabulary';
import { connect, type SuiteConnection } from '../src/client/connect';
import { waitUntilSettled } from '../src/client/settled';
import { RefusedRequest } from '../src/client/suite-client';
import { applyChanges, changesOf } from '../src/program/apply';
import { readProgramFile } from '../src/program/program-file';
import { type Suite, startSuite } from '../src/suite';

const WORKSPACE = resolve(__dirname, '../../..');
const TOPIC = 'purchases.v1';
/** As much as one posting may carry. */
const LARGEST = '9000000000000000';

jest.setTimeout(240_000);

describe('a whole suite whose topic takes signed records only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bad-input-'));
  const market = generateKeyPairSync('ed25519');
  const park = generateKeyPairSync('ed25519');
  let database: TestDatabase;
  let pool: Pool;
  let suite: Suite;
  let connection: SuiteConnection;
  let publisher: Publisher;

  beforeAll(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 2, applicationName: 'bad-input-spec' });
    const bindings = join(folder, 'bindings.json');
    const key = (kid: string, unit: string, { publicKey }: { publicKey: KeyObject }): object => ({
      ...{ kid, unit, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) },
    });
    const signers = [key('market-1', 'market', market), key('park-1', 'park', park)];
    const bound = { topic: TOPIC, tenant: 'demo', program: 'main', mode: 'signed', keys: signers };
    writeFileSync(bindings, JSON.stringify({ bindings: [bound] }));
    const environment = { DATABASE_URL: database.url, TALLY_LOG_LEVEL: 'silent', TALLY_BINDINGS: bindings };
    suite = await startSuite({ dataDir: folder, port: 0, environment });
    connection = await connect({ dataDir: folder, mayStart: false });
    publisher = await connection.publisher();
    const program = readProgramFile(join(WORKSPACE, 'docs/examples/demo.yaml'), WORKSPACE);
    const rules = [
      { id: 'base', asset: 'POINTS', kind: 'base', rate: '1' },
      { id: 'twice', asset: 'POINTS', kind: 'base', rate: '1', include: { categories: ['twice'] } },
    ];
    const ruleSet = {
      validFrom: '2020-01-01T00:00:00+08:00',
      content: { assets: [{ asset: 'POINTS', unitCost: '1' }], rules },
    };
    const file = { ...program, ruleSet };
    await applyChanges(file, await changesOf(file, connection.client), connection.client);
    await settled();
  });

  afterAll(async () => {
    await connection.close();
    await suite.stop();
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const settled = (): Promise<void> => waitUntilSettled(connection.client, { timeoutMs: 60_000 });
  const yesterday = formatDate(addDays(utcDate(Date.now() as Instant), -1));

  const purchase = (id: string, member: string, total: string, more: Partial<PurchasePaid> = {}): PurchasePaid => ({
    ...{ type: 'purchase-paid', version: 1, source: 'till-1', id, occurredAt: `${yesterday}T10:00:00Z` },
    ...{ store: 'hz-001', member: { id: member }, currency: 'CNY', total },
    lines: [{ line: '1', sku: 'apple', quantity: '1', amount: total }],
    tenders: [{ kind: 'cash', amount: total }],
    ...more,
  });

  interface Signer {
    readonly kid: string;
    readonly unit: string;
    readonly key: KeyObject;
  }
  const byMarket: Signer = { kid: 'market-1', unit: 'market', key: market.privateKey };
  const byPark: Signer = { kid: 'park-1', unit: 'park', key: park.privateKey };

  function signed(key: string, value: Uint8Array, by: Signer = byMarket): OutgoingRecord {
    const sig = sign(null, signedBytes(TOPIC, key, value), by.key).toString('base64');
    return { key, value, headers: { kid: by.kid, unit: by.unit, sig } };
  }

  const bytes = (message: unknown): Buffer => Buffer.from(JSON.stringify(message));
  const said = (message: PurchasePaid, by?: Signer): OutgoingRecord =>
    signed(message.member && 'id' in message.member ? message.member.id : message.id, bytes(message), by);

  async function pointsOf(member: string): Promise<string> {
    const { rows } = await pool.query<{ points: string }>(
      `select coalesce(sum(available), 0)::text as points from ledger.balance where holder = $1 and asset = 'POINTS'`,
      [member],
    );
    return rows[0]!.points;
  }

  /** The code under which campaigns gave up each record, or `taken`. */
  async function lettersOf(records: readonly OutgoingRecord[]): Promise<readonly string[]> {
    const places = await publisher.publish(TOPIC, records);
    await settled();
    const { rows } = await pool.query<{ partition: number; position: string; code: string }>(
      'select partition, position, code from campaigns.dead_letter where topic = $1',
      [TOPIC],
    );
    return places.map(({ partition, position }) => {
      const letter = rows.find((row) => row.partition === partition && BigInt(row.position) === BigInt(position));
      return letter?.code ?? 'taken';
    });
  }

  it('makes points of what its unit signed (case 57)', async () => {
    expect(await lettersOf([said(purchase('S-1', 'm-good', '700'))])).toEqual(['taken']);
    expect(await pointsOf('m-good')).toBe('700');
  });

  it('gives up what is signed wrongly or not at all as unauthentic, without points (case 57)', async () => {
    const message = purchase('S-2', 'm-57', '700');
    const good = said(message);
    const stranger: Signer = { ...byMarket, key: generateKeyPairSync('ed25519').privateKey };
    expect(
      await lettersOf([
        { key: good.key, value: good.value },
        said(message, stranger),
        { ...good, headers: { ...good.headers, kid: 'park-1' } },
        { ...good, headers: { ...good.headers, unit: 'park' } },
        { ...good, value: bytes({ ...message, store: 'hz-002' }) },
        { ...good, headers: { ...good.headers, sig: 'none' } },
      ]),
    ).toEqual(Array(6).fill('unauthentic'));
    expect(await pointsOf('m-57')).toBe('0');
  });

  it('gives up what names a store of another unit than the one that signed as scope-mismatch (case 56)', async () => {
    expect(await lettersOf([said(purchase('S-3', 'm-56', '700'), byPark)])).toEqual(['scope-mismatch']);
    expect(await pointsOf('m-56')).toBe('0');
  });

  it('gives up each other bad record under its code and takes its neighbours (cases 52 to 55)', async () => {
    const message = purchase('S-4', 'm-52', '700');
    expect(
      await lettersOf([
        said(purchase('S-5', 'm-52', '1')),
        signed('m-52', Buffer.from([0xff, 0xfe])),
        signed('m-52', Buffer.from('{"type":')),
        { key: 'm-52', value: null },
        signed('m-52', bytes({ ...message, type: 'purchase-forgotten' })),
        signed('m-52', bytes({ ...message, version: 9 })),
        signed('m-other', bytes(message)),
        said(purchase('S-6', 'm-52', '2')),
      ]),
    ).toEqual([
      'taken',
      'undecodable',
      'invalid-json',
      'empty',
      'unknown-schema',
      'unknown-schema',
      'key-mismatch',
      'taken',
    ]);
    expect(await pointsOf('m-52')).toBe('3');
  });

  it('takes unseen characters in a text and none in a code (case 34)', async () => {
    const line = { line: '1', sku: 'apple', brand: 'x\u202ey\u200bz', quantity: '1', amount: '5' };
    const seen = purchase('S-7', 'm-34', '5', { lines: [line] });
    const card = { ...purchase('S-8', 'm-34', '5'), member: { cardToken: 'a\u200bb' } };
    expect(await lettersOf([said(seen), signed('a\u200bb', bytes(card))])).toEqual(['taken', 'id-invalid']);
    expect(await pointsOf('m-34')).toBe('5');
  });

  it('shows a name with unseen characters escaped (case 34)', async () => {
    const node = {
      node: 'hz-034',
      kind: 'store',
      name: 'Lake\u202eRoad\u200b',
      parent: 'market',
      zone: 'Asia/Shanghai',
    };
    const body = { nodes: [{ ...node, open: true, validFrom: '2020-01-01T00:00:00Z' }] };
    await connection.client.send('PUT', '/v1/organization/nodes', { body, idempotencyKey: 'case-34' });
    await settled();
    const answer = await fetch(`${suite.address}/v1/organization/nodes`, {
      headers: { authorization: `Bearer ${await suite.token()}` },
    });
    expect(await answer.text()).toContain(String.raw`"Lake\u202eRoad\u200b"`);
  });

  describe('where amounts come to the end of 64 bits (case 12)', () => {
    /** 1,024 times the largest posting: the 1,025th does not fit. */
    const member = 'm-12';
    const full = 1_024n * BigInt(LARGEST);
    let before: string;

    beforeAll(async () => {
      const many = Array.from({ length: 1_024 }, (_, n) => said(purchase(`F-${n}`, member, LARGEST)));
      await publisher.publish(TOPIC, many);
      await settled();
      before = await pointsOf(member);
    });

    const ledgerLetters = async (): Promise<unknown> =>
      (await pool.query('select code, count(*)::integer as count from ledger.dead_letter group by code')).rows;

    it('refuses a purchase at HTTP whose one posting is too large, and writes nothing', async () => {
      const lines = [{ line: '1', sku: 'gold', quantity: '1', amount: LARGEST, category: 'twice' }];
      const body = purchase('F-twice', 'm-12-http', LARGEST, { lines });
      const answer = connection.client.send('POST', '/v1/purchases', { body, idempotencyKey: 'case-12-twice' });
      const refusal = await answer.then(
        () => undefined,
        (error: RefusedRequest) => error.problem,
      );
      expect(refusal).toMatchObject({ status: 422, code: 'amount-out-of-range' });
      const written = await pool.query("select from campaigns.event where stream = 'purchase-demo_till-1_F-twice'");
      expect(written.rowCount).toBe(0);
    });

    it('gives up the same purchase on the topic as amount-out-of-range', async () => {
      const lines = [{ line: '1', sku: 'gold', quantity: '1', amount: LARGEST, category: 'twice' }];
      expect(await lettersOf([said(purchase('F-twice', 'm-12-http', LARGEST, { lines }))])).toEqual([
        'amount-out-of-range',
      ]);
    });

    it('keeps a balance as it was, whether the purchase too many came by HTTP or on the topic', async () => {
      expect(before).toBe(String(full));
      const body = purchase('F-http', member, LARGEST);
      const { status } = await connection.client.send('POST', '/v1/purchases', { body, idempotencyKey: 'case-12' });
      expect([status, await lettersOf([said(purchase('F-topic', member, LARGEST))])]).toEqual([201, ['taken']]);
      expect(await ledgerLetters()).toEqual([{ code: 'amount-out-of-range', count: 2 }]);
      expect(await pointsOf(member)).toBe(before);
    });

    it('goes on with every other member', async () => {
      expect(await lettersOf([said(purchase('F-next', 'm-12-next', '7'))])).toEqual(['taken']);
      expect(await pointsOf('m-12-next')).toBe('7');
    });
  });
});
