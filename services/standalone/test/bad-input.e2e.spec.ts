import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PurchasePaid } from '@tallystick/contracts';
import { type OutgoingRecord, signedBytes } from '@tallystick/messaging';
import { BootedSuite, bytesOf, PURCHASES, purchaseOf } from './booted-suite';

/** As much as one posting may carry. */
const LARGEST = '9000000000000000';

jest.setTimeout(240_000);

describe('a whole suite whose topic takes signed records only', () => {
  const market = generateKeyPairSync('ed25519');
  const park = generateKeyPairSync('ed25519');
  const rules = [
    { id: 'base', asset: 'POINTS', kind: 'base', rate: '1' },
    { id: 'twice', asset: 'POINTS', kind: 'base', rate: '1', include: { categories: ['twice'] } },
  ];
  let booted: BootedSuite;

  beforeAll(async () => {
    booted = await BootedSuite.start(rules, (folder) => {
      const bindings = join(folder, 'bindings.json');
      const keys = [keyOf('market-1', 'market', market), keyOf('park-1', 'park', park)];
      const bound = { topic: PURCHASES, tenant: 'demo', program: 'main', mode: 'signed', keys };
      writeFileSync(bindings, JSON.stringify({ bindings: [bound] }));
      return { TALLY_BINDINGS: bindings };
    });
  });

  afterAll(() => booted.stop());

  const keyOf = (kid: string, unit: string, { publicKey }: { publicKey: KeyObject }): object => ({
    ...{ kid, unit, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) },
  });

  interface Signer {
    readonly kid: string;
    readonly unit: string;
    readonly key: KeyObject;
  }
  const byMarket: Signer = { kid: 'market-1', unit: 'market', key: market.privateKey };
  const byPark: Signer = { kid: 'park-1', unit: 'park', key: park.privateKey };

  function signed(key: string, value: Uint8Array, by: Signer = byMarket): OutgoingRecord {
    const sig = sign(null, signedBytes(PURCHASES, key, value), by.key).toString('base64');
    return { key, value, headers: { kid: by.kid, unit: by.unit, sig } };
  }

  const said = (message: PurchasePaid, by?: Signer): OutgoingRecord =>
    signed(message.member?.id ?? message.id, bytesOf(message), by);

  it('makes points of what its unit signed (case 57)', async () => {
    expect(await booted.fateOf([said(purchaseOf('S-1', 'm-good', '700'))])).toEqual(['taken']);
    expect(await booted.pointsOf('m-good')).toBe('700');
  });

  it('gives up what is signed wrongly or not at all as unauthentic, without points (case 57)', async () => {
    const message = purchaseOf('S-2', 'm-57', '700');
    const good = said(message);
    const stranger: Signer = { ...byMarket, key: generateKeyPairSync('ed25519').privateKey };
    expect(
      await booted.fateOf([
        { key: good.key, value: good.value },
        said(message, stranger),
        { ...good, headers: { ...good.headers, kid: 'park-1' } },
        { ...good, headers: { ...good.headers, unit: 'park' } },
        { ...good, value: bytesOf({ ...message, store: 'hz-002' }) },
        { ...good, headers: { ...good.headers, sig: 'none' } },
      ]),
    ).toEqual(Array(6).fill('unauthentic'));
    expect(await booted.pointsOf('m-57')).toBe('0');
  });

  it('gives up what names a store of another unit than the one that signed as scope-mismatch (case 56)', async () => {
    expect(await booted.fateOf([said(purchaseOf('S-3', 'm-56', '700'), byPark)])).toEqual(['scope-mismatch']);
    expect(await booted.pointsOf('m-56')).toBe('0');
  });

  it('gives up each other bad record under its code and takes its neighbours (cases 52 to 55)', async () => {
    const message = purchaseOf('S-4', 'm-52', '700');
    expect(
      await booted.fateOf([
        said(purchaseOf('S-5', 'm-52', '1')),
        signed('m-52', Buffer.from([0xff, 0xfe])),
        signed('m-52', Buffer.from('{"type":')),
        { key: 'm-52', value: null },
        signed('m-52', bytesOf({ ...message, type: 'purchase-forgotten' })),
        signed('m-52', bytesOf({ ...message, version: 9 })),
        signed('m-other', bytesOf(message)),
        said(purchaseOf('S-6', 'm-52', '2')),
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
    expect(await booted.pointsOf('m-52')).toBe('3');
  });

  it('takes unseen characters in a text and none in a code (case 34)', async () => {
    const line = { line: '1', sku: 'apple', brand: 'x\u202ey\u200bz', quantity: '1', amount: '5' };
    const seen = purchaseOf('S-7', 'm-34', '5', { lines: [line] });
    const card = { ...purchaseOf('S-8', 'm-34', '5'), member: { cardToken: 'a\u200bb' } };
    expect(await booted.fateOf([said(seen), signed('a\u200bb', bytesOf(card))])).toEqual(['taken', 'id-invalid']);
    expect(await booted.pointsOf('m-34')).toBe('5');
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
    await booted.connection.client.send('PUT', '/v1/organization/nodes', { body, idempotencyKey: 'case-34' });
    await booted.settled();
    const answer = await fetch(`${booted.suite.address}/v1/organization/nodes`, {
      headers: { authorization: `Bearer ${await booted.suite.token()}` },
    });
    expect(await answer.text()).toContain(String.raw`"Lake\u202eRoad\u200b"`);
  });

  describe('where amounts come to the end of 64 bits (case 12)', () => {
    /** 1,024 times the largest posting: the 1,025th does not fit. */
    const member = 'm-12';
    const full = 1_024n * BigInt(LARGEST);
    let before: string;

    beforeAll(async () => {
      const many = Array.from({ length: 1_024 }, (_, n) => said(purchaseOf(`F-${n}`, member, LARGEST)));
      await booted.publisher.publish(PURCHASES, many);
      await booted.settled();
      before = await booted.pointsOf(member);
    });

    const ledgerLetters = async (): Promise<unknown> =>
      (await booted.pool.query('select code, count(*)::integer as count from ledger.dead_letter group by code')).rows;

    it('refuses a purchase at HTTP whose one posting is too large, and writes nothing', async () => {
      const lines = [{ line: '1', sku: 'gold', quantity: '1', amount: LARGEST, category: 'twice' }];
      const body = purchaseOf('F-twice', 'm-12-http', LARGEST, { lines });
      const answer = await booted.post('/v1/purchases', bytesOf(body));
      expect([answer.status, await answer.json()]).toEqual([
        422,
        expect.objectContaining({ code: 'amount-out-of-range' }),
      ]);
      const written = await booted.pool.query(
        "select from campaigns.event where stream = 'purchase-demo_till-1_F-twice'",
      );
      expect(written.rowCount).toBe(0);
    });

    it('gives up the same purchase on the topic as amount-out-of-range', async () => {
      const lines = [{ line: '1', sku: 'gold', quantity: '1', amount: LARGEST, category: 'twice' }];
      expect(await booted.fateOf([said(purchaseOf('F-twice', 'm-12-http', LARGEST, { lines }))])).toEqual([
        'amount-out-of-range',
      ]);
    });

    it('keeps a balance as it was, whether the purchase too many came by HTTP or on the topic', async () => {
      expect(before).toBe(String(full));
      const body = purchaseOf('F-http', member, LARGEST);
      const { status } = await booted.post('/v1/purchases', bytesOf(body));
      expect([status, await booted.fateOf([said(purchaseOf('F-topic', member, LARGEST))])]).toEqual([201, ['taken']]);
      expect(await ledgerLetters()).toEqual([{ code: 'amount-out-of-range', count: 2 }]);
      expect(await booted.pointsOf(member)).toBe(before);
    });

    it('goes on with every other member', async () => {
      expect(await booted.fateOf([said(purchaseOf('F-next', 'm-12-next', '7'))])).toEqual(['taken']);
      expect(await booted.pointsOf('m-12-next')).toBe('7');
    });
  });
});
