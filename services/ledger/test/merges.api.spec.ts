import { ledger, validatorOf } from '@tallystick/contracts';
import { START } from '@tallystick/decider';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { ledgerPublications } from '../src/publications';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, linkedReturn, purchase } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
const TUESDAY = '2026-11-03T10:00:00.000Z';

let api: LedgerApi;
let versions = 100;

beforeAll(async () => {
  api = await LedgerApi.start(TUESDAY);
});

afterAll(() => api.stop());

async function earns(member: string, points: number, id = `P-${member}`, more: object = {}): Promise<string> {
  const message = purchase(member, id, MONDAY, points, more);
  await expect(whenPurchaseQualifiedAccrue(api.ledger.application)(batchOf([message]))).resolves.toEqual([
    { kind: 'done' },
  ]);
  return accountOf(member);
}

const at = (account: string, path: string) => `/v1/accounts/${account}/${path}`;
const merge = (account: string, mergeId: string, into: string, options = {}) =>
  api.post(at(account, 'merges'), { mergeId, into }, options);
const hold = (account: string, holdId: string, amount: string) =>
  api.post(at(account, 'holds'), { holdId, asset: 'POINTS', amount, unit: 'mall' });

/** `asset available/uncollectable` of members by the read model as it is now. */
async function balances(...members: readonly string[]): Promise<string[][]> {
  await api.ledger.project((versions += 1), 3);
  return Promise.all(members.map((member) => api.ledger.balances(member)));
}

describe('merging accounts', () => {
  it('moves points, growth and holds, and answers the same again as it did', async () => {
    const [a, b] = [await earns('a-1', 100), await earns('b-1', 50)];
    await hold(a, 'H1', '30');
    const first = await merge(a, 'M-1', 'b-1', { key: 'once' });
    expect(first).toMatchObject({ status: 201, body: { mergeId: 'M-1', into: 'b-1', intoAccount: b } });
    expect(await merge(a, 'M-1', 'b-1', { key: 'once' })).toEqual(first);
    expect(await merge(a, 'M-1', 'b-1')).toEqual({ status: 200, body: { ...first.body, duplicate: true } });
    expect(await balances('a-1', 'b-1')).toEqual([
      ['GROWTH 0/0', 'POINTS 0/0'],
      ['GROWTH 300/0', 'POINTS 120/0'],
    ]);
    expect(await api.post(at(b, 'holds/H1/capture'), { unit: 'mall' })).toMatchObject({
      status: 200,
      body: { captured: '30' },
    });
  });

  it('shows the lots with the survivor, with what became of them, and none with the merged account', async () => {
    const [a, b] = [await earns('a-2', 100), await earns('b-2', 50)];
    await hold(a, 'H1', '40');
    await api.post(at(a, 'holds/H1/capture'), { unit: 'mall', amount: '25' });
    await merge(a, 'M-2', 'b-2');
    await balances();
    expect(await api.get(at(a, 'lots'))).toMatchObject({ status: 200, body: { items: [] } });
    expect(await api.get(at(a, 'holds'))).toMatchObject({ status: 200, body: { items: [] } });
    expect((await api.get(at(b, 'lots'))).body).toMatchObject({
      items: [
        { lot: 'till-1:P-a-2:POINTS', issuer: 'hotel', granted: '100', available: '75', spent: '25', moved: '0' },
        { lot: 'till-1:P-b-2:POINTS', available: '50' },
      ],
    });
    expect((await api.get(at(b, 'holds'))).body).toMatchObject({
      items: [{ holdId: 'H1', state: 'captured', captured: '25', cancelled: '0' }],
    });
  });

  it('lets the merged account decide nothing more, and names the survivor (I15)', async () => {
    const [a, b] = [await earns('a-3', 100), await earns('b-3', 50)];
    await merge(a, 'M-3', 'b-3');
    const merged = { status: 409, body: { code: 'member-merged', facts: { into: b, member: 'b-3' } } };
    expect(await hold(a, 'H1', '1')).toMatchObject(merged);
    expect(await api.post(at(a, 'close'), { reason: 'inactive' })).toMatchObject(merged);
    expect(await merge(a, 'M-3b', 'b-1')).toMatchObject({ status: 409, body: { code: 'member-merged' } });
    expect(await merge(b, 'M-3c', 'a-3')).toMatchObject({ status: 409, body: { code: 'member-merged' } });
  });

  it('books a credit of the merged account with the survivor, under a name that no other took, and debits nothing', async () => {
    const [a, b] = [await earns('a-13', 100), await earns('b-13', 50)];
    const credit = { adjustmentId: 'X', asset: 'POINTS', amount: '5', unit: 'mall', reason: 'goodwill' };
    const [onA, onB] = [at(a, 'adjustments'), at(b, 'adjustments')];
    expect(await api.post(onB, credit)).toMatchObject({ status: 201 });
    await merge(a, 'M-13', 'b-13');
    const taken = { status: 409, body: { code: 'decision-conflict' } };
    expect(await api.post(onA, credit)).toMatchObject(taken);
    expect(await api.post(onA, { ...credit, adjustmentId: 'Y' })).toMatchObject({ status: 201 });
    expect(await api.post(onA, { ...credit, adjustmentId: 'Y' })).toMatchObject({ status: 200 });
    const debit = { ...credit, adjustmentId: 'Z', amount: '-5' };
    expect(await api.post(onA, debit)).toMatchObject({ status: 409, body: { code: 'member-merged' } });
    expect(await balances('b-13')).toEqual([['GROWTH 300/0', 'POINTS 160/0']]);
  });

  it('is not done, nor undone, by who is merged into the survivor, or is either of both (case 70)', async () => {
    const [a] = [await earns('a-14', 100), await earns('b-14', 50), await earns('c-14', 10)];
    await merge(accountOf('c-14'), 'M-14', 'b-14');
    for (const subject of ['a-14', 'b-14', 'c-14']) {
      const answer = await merge(a, 'M-14b', 'b-14', { subject });
      expect(answer).toMatchObject({ status: 403, body: { code: 'self-dealing' } });
    }
    for (const subject of ['b-14', 'c-14']) {
      const answer = await api.post(at(accountOf('c-14'), 'merges/M-14/undo'), undefined, { subject });
      expect(answer).toMatchObject({ status: 403, body: { code: 'self-dealing' } });
    }
  });

  it('takes a return of a purchase of the merged account back from its lot with the survivor', async () => {
    const a = await earns('a-4', 100);
    await earns('b-4', 50);
    await merge(a, 'M-4', 'b-4');
    await earns('a-4', 100, 'P-a-4', { revision: 1, returns: [linkedReturn('R-4', TUESDAY, 40)] });
    await earns('a-4', 10, 'P-a-4-late');
    expect(await balances('a-4', 'b-4')).toEqual([
      ['GROWTH 0/0', 'POINTS 0/0'],
      ['GROWTH 240/0', 'POINTS 120/0'],
    ]);
  });

  it('finds no account of another tenant or program, and none that is not there (case 69)', async () => {
    const a = await earns('a-5', 100);
    await earns('b-5', 50);
    const unknown = { status: 404, body: { code: 'not-found' } };
    expect(await merge(a, 'M-5', 'b-5', { tenant: 'other' })).toMatchObject(unknown);
    expect(await merge(a, 'M-5', 'b-5', { program: 'other' })).toMatchObject(unknown);
    expect(await merge(a, 'M-5', 'nobody')).toMatchObject(unknown);
    expect(await merge(a, 'M-5', 'b-5', { permissions: ['transfers:write'] })).toMatchObject({ status: 403 });
    expect(await merge(a, 'M-5', 'a-5')).toMatchObject({ status: 422, body: { code: 'merge-into-itself' } });
  });

  it('refuses an account that is frozen, and a name that merged others', async () => {
    const a = await earns('a-6', 100);
    await earns('b-6', 50);
    await api.post(at(a, 'freeze'), { reason: 'dispute' });
    expect(await merge(a, 'M-6', 'b-6')).toMatchObject({ status: 409, body: { code: 'account-frozen' } });
    await api.post(at(a, 'unfreeze'), { reason: 'resolved' });
    expect(await merge(a, 'M-1', 'b-6')).toMatchObject({ status: 409, body: { code: 'decision-conflict' } });
  });
});

describe('undoing a merge', () => {
  it('gives each side what its own lots still hold, once, and the same again as it did', async () => {
    const [a, b] = [await earns('a-7', 100), await earns('b-7', 50)];
    await merge(a, 'M-7', 'b-7');
    await hold(b, 'H1', '120');
    const undo = () => api.post(at(a, 'merges/M-7/undo'));
    expect(await undo()).toMatchObject({ status: 409, body: { code: 'holds-open' } });
    await api.post(at(b, 'holds/H1/capture'), { unit: 'mall' });
    const first = await undo();
    expect(first).toMatchObject({ status: 201, body: { mergeId: 'M-7', into: 'b-7' } });
    expect(await undo()).toEqual({ status: 200, body: { ...first.body, duplicate: true } });
    expect(await balances('a-7', 'b-7')).toEqual([
      ['GROWTH 200/0', 'POINTS 0/0'],
      ['GROWTH 100/0', 'POINTS 30/0'],
    ]);
    expect((await api.get(at(a, 'lots'))).body).toMatchObject({
      items: [{ lot: 'till-1:P-a-7:POINTS', granted: '100', spent: '100' }],
    });
    expect(await hold(b, 'H2', '30')).toMatchObject({ status: 201 });
    expect(
      await api.post(at(a, 'adjustments'), {
        adjustmentId: 'A1',
        asset: 'POINTS',
        amount: '5',
        reason: 'goodwill',
        unit: 'mall',
      }),
    ).toMatchObject({ status: 201 });
  });

  it('takes what is earned afterwards to the account that stands for itself again, which may be merged anew', async () => {
    const [a, b] = [await earns('a-8', 100), await earns('b-8', 50)];
    await merge(a, 'M-8', 'b-8');
    await api.post(at(a, 'merges/M-8/undo'));
    await earns('a-8', 7, 'P-a-8-late');
    expect(await balances('a-8', 'b-8')).toEqual([
      ['GROWTH 214/0', 'POINTS 107/0'],
      ['GROWTH 100/0', 'POINTS 50/0'],
    ]);
    expect(await merge(b, 'M-8b', 'a-8')).toMatchObject({ status: 201 });
    expect(await balances('a-8')).toEqual([['GROWTH 314/0', 'POINTS 157/0']]);
  });

  it('waits for a merge further on to be undone first, and finds no merge of another account', async () => {
    const [a, b] = [await earns('a-9', 100), await earns('b-9', 50)];
    await earns('c-9', 20);
    await merge(a, 'M-9', 'b-9');
    await merge(b, 'M-9b', 'c-9');
    expect(await api.post(at(a, 'merges/M-9/undo'))).toMatchObject({ status: 409, body: { code: 'member-merged' } });
    expect(await api.post(at(b, 'merges/M-9/undo'))).toMatchObject({ status: 404, body: { code: 'merge-unknown' } });
    await earns('a-9', 8, 'P-a-9-late');
    expect(await balances('c-9')).toEqual([['GROWTH 356/0', 'POINTS 178/0']]);
    await api.post(at(b, 'merges/M-9b/undo'));
    await api.post(at(a, 'merges/M-9/undo'));
    expect(await balances('a-9', 'b-9', 'c-9')).toEqual([
      ['GROWTH 216/0', 'POINTS 108/0'],
      ['GROWTH 100/0', 'POINTS 50/0'],
      ['GROWTH 40/0', 'POINTS 20/0'],
    ]);
  });

  it('leaves the same rows, whatever the size of the pages that they are read in', async () => {
    const [a, b] = [await earns('a-0', 100), await earns('b-0', 50)];
    await hold(a, 'H2', '60');
    await api.post(at(a, 'holds/H2/capture'), { unit: 'mall' });
    await merge(a, 'M-0', 'b-0');
    await hold(b, 'H3', '80');
    await api.post(at(b, 'holds/H3/capture'), { unit: 'mall' });
    await earns('a-0', 100, 'P-a-0', { revision: 1, returns: [linkedReturn('R-0', TUESDAY, 90)] });
    expect(await api.post(at(a, 'merges/M-0/undo'))).toMatchObject({ status: 201 });
    const [fine, coarse] = [(versions += 1), (versions += 1)];
    await api.ledger.project(fine, 1);
    await api.ledger.project(coarse, 500);
    expect(await api.ledger.rows(fine)).toEqual(await api.ledger.rows(coarse));
    expect(await balances('a-0', 'b-0')).toEqual([
      ['GROWTH 20/0', 'POINTS 0/80'],
      ['GROWTH 100/0', 'POINTS 0/0'],
    ]);
  });

  it('says what adds up to what each of them holds, and names who was merged and who stands for itself again', async () => {
    const [a, b] = [await earns('a-10', 100), await earns('b-10', 50)];
    await hold(a, 'H1', '30');
    await merge(a, 'M-10', 'b-10');
    await earns('a-10', 100, 'P-a-10', { revision: 1, returns: [linkedReturn('R-10', TUESDAY, 80)] });
    await api.post(at(b, 'holds/H1/capture'), { unit: 'mall', amount: '25' });
    await api.post(at(a, 'merges/M-10/undo'));
    const { events } = await api.ledger.store.readAll({ after: START, max: 5_000 });
    const said = events.flatMap((event) => ledgerPublications.announce(event));
    const sums = new Map<string, bigint>();
    for (const { message } of said) {
      const { account, movements = [] } = message as Partial<ledger.PointsMoved>;
      for (const { amount } of movements) sums.set(account!, (sums.get(account!) ?? 0n) + BigInt(amount));
    }
    for (const account of [a, b]) {
      const { state } = await api.ledger.twin().accounts.load('demo', account);
      const { available, pending, held } = state.books.get('POINTS')!;
      expect(sums.get(account)).toBe(available + pending + held);
    }
    const merges = said.filter(({ topic }) => topic === 'ledger.member-merged.v1').map(({ message }) => message);
    for (const message of merges) expect(validatorOf(ledger.MemberMerged)(message)).toMatchObject({ ok: true });
    const own = (merges as ledger.MemberMerged[]).filter((message) => message.merge === 'M-10');
    expect(own.map(({ kind, account, into, intoMember }) => [kind, account, into, intoMember])).toEqual([
      ['merged', a, b, 'b-10'],
      ['unmerged', a, b, 'b-10'],
    ]);
    for (const { topic, message } of said) {
      if (topic === 'ledger.points-moved.v1') {
        expect(validatorOf(ledger.PointsMoved)(message)).toMatchObject({ ok: true });
      }
    }
  });
});
