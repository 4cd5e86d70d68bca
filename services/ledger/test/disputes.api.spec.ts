import type { organization } from '@tallystick/contracts';
import { position } from '@tallystick/decider';
import { type Batch, DONE } from '@tallystick/messaging';
import { type Instant, instant } from '@tallystick/vocabulary';
import { ProgramZones } from '../src/adapters/program-zones';
import { AdjustmentPolicies } from '../src/application/adjustment-policies';
import { Disputes } from '../src/application/disputes';
import { whenDayEndedMarkDisputesOverdue } from '../src/policies/when-day-ended-mark-disputes-overdue';
import { accountBookProjection } from '../src/projections/account-book/account-book.projection';
import { CaseBook } from '../src/projections/account-book/case-book';
import { ledgerPublications } from '../src/publications';
import { LedgerApi } from './ledger-api-fixture';
import { PROGRAM, TENANT } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
const NOON = '2026-11-06T04:00:00.000Z';
/** 15 days later, when the day has ended in Shanghai. */
const DEADLINE = '2026-11-21T16:00:00.000Z';

let api: LedgerApi;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
  await new ProgramZones(api.ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
});

afterAll(() => api?.stop());

/** A new member with a purchase `P-<member>`. */
async function memberWith(points: number) {
  const { member, account } = await api.ledger.memberWith(points, EARNED);
  const purchases = [{ source: 'till-1', id: `P-${member}` }];
  return { member, account, purchases, path: `/v1/accounts/${account}/disputes`, root: `/v1/accounts/${account}` };
}

const credit = { adjustmentId: 'a-1', asset: 'POINTS', amount: '50', reason: 'dispute', unit: 'market' };
const claim = 'incorrect-accrual';

function dayEnded(at: string, program = PROGRAM): Batch<organization.DayEnded> {
  const topic = 'organization.day-ended.v1';
  const ids = {
    correlationId: '7f0d3b52-9a35-4d4b-9d0a-6c1f2e3a4b01',
    causationId: '7f0d3b52-9a35-4d4b-9d0a-6c1f2e3a4b02',
  };
  const message = { program, zone: 'Asia/Shanghai', date: at.slice(0, 10), at };
  const place = { key: program, partition: 0, position: position(1) };
  const records = [{ topic, ...place, message, tenant: TENANT, ...ids, receivedAt: 0 as Instant }];
  return { topic, records, checkpoint: undefined, assignment: 1, checkpointMoved: () => undefined };
}

describe('a dispute', () => {
  it('is opened once about purchases of the account, with a deadline by days of the program', async () => {
    const { path, purchases } = await memberWith(100);
    const first = await api.post(path, { disputeId: 'd-1', claim, purchases });
    expect(first).toMatchObject({ status: 201, body: { disputeId: 'd-1', state: 'open', deadline: DEADLINE } });
    await expect(api.post(path, { disputeId: 'd-1', claim, purchases })).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    const other = { disputeId: 'd-1', claim: 'missing-accrual', purchases };
    await expect(api.post(path, other)).resolves.toMatchObject({ status: 409, body: { code: 'dispute-conflict' } });
    await expect(api.get(`${path}/d-1`)).resolves.toEqual({
      status: 200,
      body: { disputeId: 'd-1', state: 'open', claim, purchases, openedAt: NOON, deadline: DEADLINE },
    });
  });

  it('about what was granted names purchases that the account knows, about what is missing any', async () => {
    const { path } = await memberWith(100);
    const purchases = [{ source: 'till-1', id: 'P-nobody' }];
    await expect(api.post(path, { disputeId: 'd-1', claim, purchases })).resolves.toMatchObject({
      status: 422,
      body: { code: 'purchase-unknown', facts: { purchase: 'till-1:P-nobody' } },
    });
    const missing = { disputeId: 'd-1', claim: 'missing-accrual', purchases };
    await expect(api.post(path, missing)).resolves.toMatchObject({ status: 201 });
  });

  it('is granted with a credit that was made on its account, once', async () => {
    const { path, root, purchases } = await memberWith(100);
    await api.post(path, { disputeId: 'd-1', claim, purchases });
    const granted = { outcome: 'granted', adjustmentId: 'a-1' };
    await expect(api.post(`${path}/d-1/resolution`, granted)).resolves.toMatchObject({
      status: 422,
      body: { code: 'adjustment-unknown', facts: { adjustment: 'a-1' } },
    });
    await api.post(`${root}/adjustments`, credit);
    await api.post(`${root}/adjustments`, { ...credit, adjustmentId: 'a-2', amount: '-5' });
    const debited = { outcome: 'granted', adjustmentId: 'a-2' };
    await expect(api.post(`${path}/d-1/resolution`, debited)).resolves.toMatchObject({ status: 422 });
    const first = await api.post(`${path}/d-1/resolution`, granted);
    expect(first).toMatchObject({ status: 200, body: { state: 'granted', adjustmentId: 'a-1', resolvedAt: NOON } });
    await expect(api.post(`${path}/d-1/resolution`, granted)).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    const declined = { outcome: 'declined', reason: 'no-evidence' };
    await expect(api.post(`${path}/d-1/resolution`, declined)).resolves.toMatchObject({
      status: 409,
      body: { code: 'dispute-resolved', facts: { state: 'granted' } },
    });
  });

  it('is declined with a reason, and not by the member whose it is', async () => {
    const { member, path, purchases } = await memberWith(100);
    await api.post(path, { disputeId: 'd-1', claim, purchases });
    const declined = { outcome: 'declined', reason: 'rules-applied' };
    await expect(api.post(`${path}/d-1/resolution`, declined, { subject: member })).resolves.toMatchObject({
      status: 403,
      body: { code: 'self-dealing' },
    });
    for (const body of [{ outcome: 'declined' }, { outcome: 'granted' }, { ...declined, adjustmentId: 'a-1' }]) {
      await expect(api.post(`${path}/d-1/resolution`, body)).resolves.toMatchObject({
        status: 422,
        body: { code: 'schema-invalid' },
      });
    }
    await expect(api.post(`${path}/d-1/resolution`, declined)).resolves.toMatchObject({
      status: 200,
      body: { state: 'declined', reason: 'rules-applied' },
    });
    await expect(api.get(`${path}/d-1`)).resolves.toMatchObject({
      body: { state: 'declined', reason: 'rules-applied', resolvedAt: NOON },
    });
  });

  it('of a merged account is granted with a credit that is booked at the survivor, and goes back with it', async () => {
    const [one, other] = [await memberWith(100), await memberWith(50)];
    await api.post(one.path, { disputeId: 'd-1', claim, purchases: one.purchases });
    await api.post(`${one.root}/merges`, { mergeId: 'M-d', into: other.member });
    await expect(api.post(one.path, { disputeId: 'd-2', claim, purchases: one.purchases })).resolves.toMatchObject({
      status: 201,
    });
    const granted = { outcome: 'granted', adjustmentId: 'a-1' };
    await api.post(`${other.root}/adjustments`, credit);
    await expect(api.post(`${one.path}/d-1/resolution`, granted)).resolves.toMatchObject({
      status: 422,
      body: { code: 'adjustment-unknown' },
    });
    const own = { ...credit, adjustmentId: 'a-2', amount: '30' };
    await expect(api.post(`${one.root}/adjustments`, own)).resolves.toMatchObject({ status: 201 });
    await expect(
      api.post(`${one.path}/d-1/resolution`, { ...granted, adjustmentId: 'a-2' }, { subject: other.member }),
    ).resolves.toMatchObject({ status: 403, body: { code: 'self-dealing' } });
    await expect(api.post(`${one.path}/d-1/resolution`, { ...granted, adjustmentId: 'a-2' })).resolves.toMatchObject({
      status: 200,
      body: { state: 'granted', adjustmentId: 'a-2' },
    });
    const available = async (account: string) =>
      (await api.ledger.twin().accounts.load(TENANT, account)).state.books.get('POINTS')!.available;
    expect([await available(one.account), await available(other.account)]).toEqual([0n, 230n]);
    await expect(api.post(`${one.root}/merges/M-d/undo`)).resolves.toMatchObject({ status: 201 });
    expect([await available(one.account), await available(other.account)]).toEqual([130n, 100n]);
  });

  it('is as unknown to another program or tenant as one that is not there', async () => {
    const { path, purchases } = await memberWith(100);
    await api.post(path, { disputeId: 'd-1', claim, purchases });
    for (const options of [{ program: 'other' }, { tenant: 'other' }]) {
      await expect(api.get(`${path}/d-1`, options)).resolves.toMatchObject({ status: 404 });
      await expect(api.post(path, { disputeId: 'd-2', claim, purchases }, options)).resolves.toMatchObject({
        status: 404,
        body: { code: 'not-found' },
      });
    }
    const declined = { outcome: 'declined', reason: 'rules-applied' };
    await expect(api.post(`${path}/d-9/resolution`, declined)).resolves.toMatchObject({
      status: 404,
      body: { code: 'dispute-unknown' },
    });
  });

  it('is overdue when its last day has ended, once, unless it was answered', async () => {
    const { path, purchases } = await memberWith(100);
    for (const disputeId of ['d-1', 'd-2', 'd-3']) await api.post(path, { disputeId, claim, purchases });
    await api.post(`${path}/d-2/resolution`, { outcome: 'declined', reason: 'withdrawn' });
    await api.ledger.project(accountBookProjection.version, 3);
    const { pool, store, application } = api.ledger;
    const now = () => instant(DEADLINE);
    const policies = new AdjustmentPolicies(store, now);
    const disputes = new Disputes({ ...application, store, policies, now });
    const policy = whenDayEndedMarkDisputesOverdue(disputes, new CaseBook(pool));
    const states = async () => {
      const all = await Promise.all(['d-1', 'd-2', 'd-3'].map((name) => api.get(`${path}/${name}`)));
      return all.map(({ body }) => body['state']);
    };
    await policy(dayEnded('2026-11-20T16:00:00.000Z'));
    await policy(dayEnded(DEADLINE, 'other'));
    expect(await states()).toEqual(['open', 'declined', 'open']);
    await expect(policy(dayEnded(DEADLINE))).resolves.toEqual([DONE]);
    expect(await states()).toEqual(['overdue', 'declined', 'overdue']);
    const ended = { tenant: TENANT, program: PROGRAM, at: instant(DEADLINE), correlationId: 'c', causationId: 'c' };
    await expect(disputes.markOverdue(ended, new CaseBook(pool), 1)).resolves.toBe(0);
    await expect(
      api.post(`${path}/d-3/resolution`, { outcome: 'declined', reason: 'no-evidence' }),
    ).resolves.toMatchObject({ status: 200 });
  });

  it('is listed as it stands, and each change of it is said to whoever tells the member', async () => {
    const { member, account, path, root, purchases } = await memberWith(100);
    const { body } = await api.post(path, { disputeId: 'd-1', claim, purchases });
    await api.post(`${root}/adjustments`, credit);
    await api.post(`${path}/d-1/resolution`, { outcome: 'granted', adjustmentId: 'a-1' });
    await api.ledger.project(accountBookProjection.version + 1, 500);
    await api.ledger.pool.query(
      `insert into consumer_position (consumer, topic, partition, position)
       select 'projection:account-book:v${accountBookProjection.version}', topic, partition, position
         from consumer_position where consumer = 'projection:account-book:v${accountBookProjection.version + 1}'
       on conflict (consumer, topic, partition) do update set position = excluded.position`,
    );
    await expect(api.get(path)).resolves.toEqual({
      status: 200,
      body: {
        items: [
          {
            disputeId: 'd-1',
            state: 'granted',
            claim,
            purchases,
            openedAt: NOON,
            deadline: DEADLINE,
            resolvedAt: NOON,
            adjustmentId: 'a-1',
          },
        ],
      },
    });
    const page = await api.ledger.store.readAll({
      max: 500,
      filter: { streamPrefixes: [`dispute-${TENANT}_${account}_`] },
    });
    const head = { account, member, program: PROGRAM, effectiveAt: NOON, dispute: 'd-1' };
    expect(page.events.flatMap((event) => ledgerPublications.announce(event))).toEqual([
      {
        topic: 'ledger.dispute-changed.v1',
        key: account,
        message: { ...head, revision: body['revision'], state: 'open', purchases, deadline: DEADLINE },
      },
      {
        topic: 'ledger.dispute-changed.v1',
        key: account,
        message: { ...head, revision: 1, state: 'granted', adjustment: 'a-1' },
      },
    ]);
  });
});
