import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CampaignsFixture, purchase, returnOf, RULES } from './campaigns-fixture';
import { type HttpService, startHttp } from './http-service';

jest.setTimeout(60_000);

describe('campaigns over HTTP', () => {
  let fixture: CampaignsFixture;
  let http: HttpService;

  beforeAll(async () => {
    fixture = await CampaignsFixture.start();
    await fixture.prepare();
    http = await startHttp(fixture);
  });

  afterAll(async () => {
    await http.stop();
    await fixture.stop();
  });

  const key = (name: string) => ({ 'idempotency-key': name });

  describe('POST /v1/purchases', () => {
    it('answers 201 with the position of the recorded purchase', async () => {
      const { status, body } = await http.send('POST', '/v1/purchases', purchase('A-1'));
      const event = (await fixture.events()).find(({ stream }) => stream === 'purchase-demo_till-1_A-1');
      expect([status, body]).toEqual([201, { purchaseId: 'A-1', position: event?.position }]);
    });

    it('answers 200 and duplicate for the same content under a new key', async () => {
      const first = await http.send('POST', '/v1/purchases', purchase('A-2'));
      const again = await http.send('POST', '/v1/purchases', purchase('A-2'));
      expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
    });

    it('gives the first answer again for the same key, also after a crash, from the stream', async () => {
      const first = await http.send('POST', '/v1/purchases', purchase('A-3'), key('once'));
      const other = await startHttp(fixture);
      try {
        const headers = { ...key('once'), authorization: `Bearer ${await http.token()}` };
        expect(await http.send('POST', '/v1/purchases', purchase('A-3'), headers)).toEqual(first);
      } finally {
        await other.stop();
      }
    });

    it('answers 409 for other content', async () => {
      await http.send('POST', '/v1/purchases', purchase('A-4'));
      const { status, body } = await http.send('POST', '/v1/purchases', purchase('A-4', { order: 'O-1' }));
      expect([status, body['code'], body['facts']]).toEqual([409, 'purchase-conflict', { differs: 'order' }]);
    });

    it('answers one 201 and otherwise the same or a duplicate for many at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => http.send('POST', '/v1/purchases', purchase('A-5'))),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status, body }) => status === 200 && body['duplicate'])).toHaveLength(19);
    });

    it.each([
      ['a total that differs', { total: '15001' }, 422, 'total-mismatch'],
      ['a store that is not known', { store: 'hz-099' }, 422, 'unknown-store'],
      ['a card that is not known', { member: { cardToken: 'nobody' } }, 422, 'unknown-card'],
      ['a purchase that is too old', { occurredAt: '2020-01-01T00:00:00Z' }, 422, 'too-old'],
      ['a purchase of the day after tomorrow', { occurredAt: '2026-11-26T12:00:00Z' }, 422, 'timestamp-invalid'],
    ])('refuses %s', async (_, more, status, code) => {
      const answer = await http.send('POST', '/v1/purchases', purchase('A-9', more));
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
    });

    it('refuses a request without a key', async () => {
      const answer = await http.send('POST', '/v1/purchases', purchase('A-9'), key(''));
      expect(answer.status).toBe(400);
    });

    it('knows no store outside the unit of the credential', async () => {
      const headers = { authorization: `Bearer ${await http.token({ unit: 'park' })}` };
      const answer = await http.send('POST', '/v1/purchases', purchase('A-9'), headers);
      expect([answer.status, answer.body['code']]).toEqual([404, 'not-found']);
    });

    it('forbids the function without its permission', async () => {
      const headers = { authorization: `Bearer ${await http.token({ permissions: ['purchases:read'] })}` };
      expect((await http.send('POST', '/v1/purchases', purchase('A-9'), headers)).status).toBe(403);
    });
  });

  describe('a member named by an identifier', () => {
    let membership: Server;
    let resolving: HttpService;
    const asked: unknown[] = [];

    beforeAll(async () => {
      membership = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { value: string };
          asked.push([request.method, request.url, body, request.headers['x-correlation-id']]);
          const known = body.value === '+8613800000000';
          response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
          response.end(JSON.stringify(known ? { member: 'm-42' } : {}));
        });
      });
      await new Promise<void>((resolve) => membership.listen(0, '127.0.0.1', resolve));
      const { port } = membership.address() as AddressInfo;
      resolving = await startHttp(fixture, { MEMBERSHIP_URL: `http://127.0.0.1:${port}` });
    });

    afterAll(async () => {
      await resolving.stop();
      await new Promise((resolve) => membership.close(resolve));
    });

    it('is resolved through membership, and the identifier is stored nowhere', async () => {
      const member = { type: 'phone', value: '+8613800000000' };
      const headers = { 'x-correlation-id': 'c-resolve' };
      const answer = await resolving.send('POST', '/v1/purchases', { ...purchase('P-1'), member }, headers);
      expect(answer.status).toBe(201);
      expect(asked).toEqual([['POST', '/v1/members/resolve', member, 'c-resolve']]);
      const stored = (await fixture.events()).find(({ stream }) => stream === 'purchase-demo_till-1_P-1');
      const text = Buffer.from(stored!.data).toString('utf8');
      expect(text).toContain('"member":{"id":"m-42"}');
      expect(text).not.toContain('13800000000');
    });

    it('is refused where nobody has the identifier', async () => {
      const member = { type: 'phone', value: '+8613800000001' };
      const answer = await resolving.send('POST', '/v1/purchases', { ...purchase('P-2'), member });
      expect([answer.status, answer.body['code']]).toEqual([422, 'unknown-member']);
    });

    it('cannot be resolved where membership is not configured', async () => {
      const member = { type: 'phone', value: '+8613800000000' };
      const answer = await http.send('POST', '/v1/purchases', { ...purchase('P-3'), member });
      expect([answer.status, answer.body['code']]).toEqual([503, 'dependency-unavailable']);
    });
  });

  describe('POST /v1/returns', () => {
    it('answers 201 for a return of a known purchase and 200 for it again', async () => {
      await http.send('POST', '/v1/purchases', purchase('B-1'));
      const first = await http.send('POST', '/v1/returns', returnOf('B-1', 'BR-1', '100'));
      expect([first.status, first.body['status']]).toEqual([201, 'recorded']);
      const again = await http.send('POST', '/v1/returns', returnOf('B-1', 'BR-1', '100'));
      expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
    });

    it('answers 202 parked while the purchase is unknown, and the same for the same key (case 58)', async () => {
      const first = await http.send('POST', '/v1/returns', returnOf('B-2', 'BR-2', '100'), key('park'));
      expect([first.status, first.body['status']]).toEqual([202, 'parked']);
      await http.send('POST', '/v1/purchases', purchase('B-2'));
      expect(await http.send('POST', '/v1/returns', returnOf('B-2', 'BR-2', '100'), key('park'))).toEqual(first);
    });

    it('answers 422 for more than was bought (case 59)', async () => {
      await http.send('POST', '/v1/purchases', purchase('B-3'));
      const answer = await http.send('POST', '/v1/returns', returnOf('B-3', 'BR-3', '10001'));
      expect([answer.status, answer.body['code'], answer.body['facts']]).toEqual([422, 'over-refund', { line: '1' }]);
    });

    it('answers 409 for a return id that was used', async () => {
      await http.send('POST', '/v1/purchases', purchase('B-4'));
      await http.send('POST', '/v1/returns', returnOf('B-4', 'BR-4', '100'));
      const answer = await http.send('POST', '/v1/returns', returnOf('B-4', 'BR-4', '101'));
      expect([answer.status, answer.body['code']]).toEqual([409, 'return-conflict']);
    });
  });

  describe('GET /v1/purchases/{source}/{id}', () => {
    it('tells what every rule said and what each return took back', async () => {
      const tobacco = [{ line: '1', sku: 'cigar', quantity: '1', amount: '15000', category: 'tobacco' }];
      await http.send('POST', '/v1/purchases', purchase('C-1', { lines: tobacco }));
      const { status, body } = await http.send('GET', '/v1/purchases/till-1/C-1');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        source: 'till-1',
        id: 'C-1',
        unit: 'market',
        member: 'm-1',
        evaluation: {
          ruleSet: { version: '1' },
          rules: [
            { rule: 'base', failed: 'nothing-counts' },
            { rule: 'growth', failed: 'nothing-counts' },
          ],
          grants: [],
          returns: [],
        },
        revision: 0,
      });
    });

    it('knows nothing of purchases of other units, unknown ones and odd names', async () => {
      const headers = { authorization: `Bearer ${await http.token({ unit: 'park' })}` };
      expect((await http.send('GET', '/v1/purchases/till-1/C-1', undefined, headers)).status).toBe(404);
      expect((await http.send('GET', '/v1/purchases/till-1/none')).status).toBe(404);
      expect((await http.send('GET', '/v1/purchases/TILL/C-1')).status).toBe(404);
    });
  });

  describe('GET /v1/purchases/{source}/{id}/receipts/{receipt}', () => {
    const receiptOf = async (id: string) =>
      String((await http.send('GET', `/v1/purchases/till-1/${id}`)).body['receipt']);

    it('tells each rule and its numbers as they were then, though a return was evaluated since', async () => {
      await http.send('POST', '/v1/purchases', purchase('D-1'));
      const first = await receiptOf('D-1');
      await http.send('POST', '/v1/returns', returnOf('D-1', 'DR-1', '100'));
      const { status, body } = await http.send('GET', `/v1/purchases/till-1/D-1/receipts/${first}?lang=en`);
      expect([status, body['receipt'], body['revision']]).toEqual([200, first, 0]);
      expect(body['text']).toEqual([
        expect.stringMatching(/^Rule set 1 \([0-9a-f]{64}\)$/),
        'Tier: the lowest of the program',
        '  rule base: of 15000 minor units that count exactly 150 POINTS, rounded to 150',
        '  rule growth: of 15000 minor units that count exactly 150 GROWTH, rounded to 150',
      ]);
      const last = await http.send('GET', `/v1/purchases/till-1/D-1/receipts/${await receiptOf('D-1')}`);
      expect((last.body['text'] as string[]).slice(4)).toEqual([
        expect.stringMatching(/^Return till-1\/DR-1 of .* took back:$/),
        '  line 1: 100 minor units back',
        '  rule base gives 1 POINTS less',
        '  rule growth gives 1 GROWTH less',
        '  1 POINTS',
        '  1 GROWTH',
      ]);
    });

    it('says in Chinese why a rule did not apply', async () => {
      const receipt = await receiptOf('C-1');
      const { body } = await http.send('GET', `/v1/purchases/till-1/C-1/receipts/${receipt}?lang=zh`);
      expect(body['text']).toContain('  规则 base 未适用:本次消费没有可计入的金额');
    });

    it('tells that of a return without its purchase under the return', async () => {
      const { purchase: _none, ...unlinked } = returnOf('-', 'DR-2', '3000', {
        member: { id: 'm-1' },
        lines: [{ line: '1', sku: 'apple', amount: '3000' }],
        tenders: [{ kind: 'cash', amount: '3000' }],
      });
      await http.send('POST', '/v1/returns', unlinked);
      const event = (await fixture.events()).find(({ stream }) => stream === 'return-demo_till-1_DR-2')!;
      const receipt = Buffer.from(event.hash).toString('hex');
      const { body } = await http.send('GET', `/v1/returns/till-1/DR-2/receipts/${receipt}`);
      expect(body['text']).toContain('  rule base: of 3000 minor units that count exactly 30 POINTS, rounded to 30');
    });

    it('knows nothing of other hashes, other units and odd names', async () => {
      const receipt = await receiptOf('C-1');
      const headers = { authorization: `Bearer ${await http.token({ unit: 'park' })}` };
      for (const path of [
        'till-1/C-1/receipts/none',
        `till-1/C-1/receipts/${'0'.repeat(64)}`,
        `till-1/none/receipts/${receipt}`,
      ]) {
        expect((await http.send('GET', `/v1/purchases/${path}`)).status).toBe(404);
      }
      expect((await http.send('GET', `/v1/purchases/till-1/C-1/receipts/${receipt}`, undefined, headers)).status).toBe(
        404,
      );
    });
  });

  describe('/v1/rule-sets', () => {
    const next = { ...RULES, rules: [...RULES.rules, { id: 'more', asset: 'POINTS', kind: 'base', rate: '1/1000' }] };
    const validFrom = '2027-01-01T08:00:00+08:00';

    it('judges without publishing on a dry run', async () => {
      const { status, body } = await http.send('PUT', '/v1/rule-sets?dryRun=true', { content: next, validFrom });
      expect([status, body['version'], body['published']]).toEqual([200, '2', false]);
      expect((await http.send('GET', '/v1/rule-sets')).body['items']).toHaveLength(1);
    });

    it('publishes a version and says nothing new for the same again', async () => {
      const first = await http.send('PUT', '/v1/rule-sets', { content: next, validFrom });
      expect(first.body).toMatchObject({ version: '2', published: true, validFrom: '2027-01-01T00:00:00.000Z' });
      const again = await http.send('PUT', '/v1/rule-sets', { content: next, validFrom });
      expect(again.body).toEqual({ ...first.body, published: false });
      const { items } = (await http.send('GET', '/v1/rule-sets')).body as { items: { content: unknown }[] };
      expect(items.map(({ content }) => content)).toEqual([RULES, next]);
    });

    it('answers a repeated request as before, whatever was published since', async () => {
      const more = { ...next, rules: [...next.rules, { id: 'most', asset: 'POINTS', kind: 'base', rate: '1/2000' }] };
      const first = await http.send('PUT', '/v1/rule-sets', { content: more, validFrom }, key('publish'));
      expect(first.body).toMatchObject({ version: '3', published: true });
      await http.send('PUT', '/v1/rule-sets', { content: next, validFrom });
      expect(await http.send('PUT', '/v1/rule-sets', { content: more, validFrom }, key('publish'))).toEqual(first);
      const { items } = (await http.send('GET', '/v1/rule-sets')).body as { items: unknown[] };
      expect(items).toHaveLength(4);
    });

    it('names the place of a fault in the content', async () => {
      const content = { rules: [{ id: 'g', asset: 'GROWTH', kind: 'base', rate: '1', tierFactors: { gold: '2' } }] };
      const { status, body } = await http.send('PUT', '/v1/rule-sets', { content });
      expect([status, body['code']]).toEqual([422, 'growth-rule-invalid']);
      expect(body['errors']).toEqual([{ pointer: '/content/rules/0/tierFactors', code: 'growth-rule-invalid' }]);
    });

    it.each([
      [{ content: RULES, more: 1 }, 'unknown-field'],
      [{ validFrom }, 'schema-invalid'],
      [{ content: RULES, validFrom: 'tomorrow' }, 'timestamp-invalid'],
    ])('refuses the body %j', async (body, code) => {
      const answer = await http.send('PUT', '/v1/rule-sets', body);
      expect([answer.status, answer.body['code']]).toEqual([422, code]);
    });
  });
});
