import type { ledger as contracts } from '@tallystick/contracts';
import { START } from '@tallystick/decider';
import { arrivingTransfer } from '@tallystick/ledger-domain';
import { ledgerPublications } from '../src/publications';
import { ProgramZones } from '../src/adapters/program-zones';
import { whenPointsSentReceive } from '../src/policies/when-points-sent-receive';
import { whenProgramDeclaredKeepItsZone } from '../src/policies/when-program-declared-keep-its-zone';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, PROGRAM, purchase } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
/** In Shanghai the last minute of the second of November. */
const LATE = '2026-11-02T15:59:00.000Z';
const MIDNIGHT = '2026-11-02T16:00:00.000Z';

let api: LedgerApi;
let heard = START;

beforeAll(async () => {
  api = await LedgerApi.start(LATE);
  const [record] = batchOf([purchase('m-1', 'any', MONDAY, 1)]).records;
  const zone = 'Asia/Shanghai';
  const program = { program: PROGRAM, revision: 0, name: 'Main', zone, currency: 'CNY', referenceWaitSeconds: 1 };
  const topic = 'organization.program-declared.v1';
  const batch = { ...batchOf([]), topic, records: [{ ...record!, topic, message: program }] };
  await whenProgramDeclaredKeepItsZone(new ProgramZones(api.ledger.pool))(batch);
});

afterAll(() => api.stop());

const at = (holder: string, path: string) => `/v1/accounts/${accountOf(holder)}/${path}`;

async function earns(member: string, points: number): Promise<void> {
  await whenPurchaseQualifiedAccrue(api.ledger.application)(batchOf([purchase(member, `P-${member}`, MONDAY, points)]));
}

/** Hands on what the log has sent since, as the bus does. */
async function deliver(): Promise<void> {
  const { events, next } = await api.ledger.store.readAll({ after: heard, max: 1_000 });
  heard = next;
  const [record] = batchOf([purchase('m-1', 'any', MONDAY, 1)]).records;
  const records = events
    .flatMap((event) => ledgerPublications.announce(event))
    .filter(({ topic }) => topic === 'ledger.points-sent.v1')
    .map(({ topic, key, message }) => ({ ...record!, topic, key, message: message as contracts.PointsSent }));
  await whenPointsSentReceive(api.ledger.application)({ ...batchOf([]), topic: 'ledger.points-sent.v1', records });
}

const opens = (pool: string, members: readonly object[]) =>
  api.post(at(pool, 'pool'), { pool, owner: 'owner-1', members });
const sends = async (member: string, to: string, amount: string) => {
  const sent = await api.post(at(member, 'transfers'), { transferId: `to-${to}`, to, asset: 'POINTS', amount });
  expect(sent).toMatchObject({ status: 201 });
};
const spends = (pool: string, holdId: string, amount: string, member?: string) =>
  api.post(at(pool, 'holds'), { holdId, asset: 'POINTS', amount, unit: 'mall', member });
const available = async (holder: string) => {
  const { state } = await api.ledger.twin().accounts.load('demo', accountOf(holder));
  return state.books.get('POINTS')?.available;
};

describe('a pool', () => {
  it('is opened once, filled by transfers, spent by its members within their day, and left with what is left', async () => {
    const opened = await opens('pool-1', [{ member: 'm-1', perDay: '60' }, { member: 'm-2' }]);
    expect(opened).toMatchObject({ status: 201, body: { pool: 'pool-1' } });
    expect(await opens('pool-1', [{ member: 'm-1', perDay: '60' }, { member: 'm-2' }])).toMatchObject({ status: 200 });
    expect(await opens('pool-1', [])).toMatchObject({ status: 409, body: { code: 'pool-exists' } });
    await earns('m-1', 100);
    await earns('m-2', 80);
    await sends('m-1', 'pool-1', '100');
    await sends('m-2', 'pool-1', '80');
    await deliver();
    expect(await available('pool-1')).toBe(180n);
    expect(await spends('pool-1', 'H0', '1')).toMatchObject({ status: 409, body: { code: 'pool-member-unknown' } });
    expect(await spends('pool-1', 'H1', '60', 'm-1')).toMatchObject({ status: 201 });
    expect(await spends('pool-1', 'H2', '1', 'm-1')).toMatchObject({
      status: 409,
      body: { code: 'spend-limit-exceeded', facts: { which: 'perDay', limit: '60', spent: '60' } },
    });
    await api.post(at('pool-1', 'holds/H1/capture'), { unit: 'mall' });
    api.now = MIDNIGHT;
    expect(await spends('pool-1', 'H2', '1', 'm-1')).toMatchObject({ status: 201 });
    const standing = await api.get(at('pool-1', 'pool'));
    const points = { asset: 'POINTS', contributed: '100', held: '1', redeemed: '60', today: '1', thisMonth: '61' };
    expect(standing).toMatchObject({
      status: 200,
      body: {
        pool: 'pool-1',
        owner: 'owner-1',
        members: [
          { member: 'm-1', perDay: '60', shares: [points] },
          { member: 'm-2', shares: [{ asset: 'POINTS', contributed: '80', held: '0', redeemed: '0', today: '0' }] },
          { member: 'owner-1', shares: [] },
        ],
        balances: [{ asset: 'POINTS', available: '119', held: '1' }],
      },
    });
    const shares = (standing.body.members as { shares: { left: string }[] }[]).flatMap((one) => one.shares);
    expect(shares.reduce((sum, { left }) => sum + BigInt(left), 0n)).toBe(119n);
    const leaves = (leaveId: string) => api.post(at('pool-1', 'pool/leaves'), { leaveId, member: 'm-1' });
    expect(await leaves('L1')).toMatchObject({ status: 409, body: { code: 'holds-open' } });
    await api.post(at('pool-1', 'holds/H2/release'));
    const left = await leaves('L1');
    expect(left).toMatchObject({ status: 201, body: { member: 'm-1', state: 'left' } });
    expect(await leaves('L1')).toMatchObject({ status: 200, body: { duplicate: true, position: left.body.position } });
    await deliver();
    const sums = await Promise.all(['pool-1', 'm-1', 'm-2'].map(available));
    expect(sums.reduce<bigint>((sum, one) => sum + (one ?? 0n), 0n)).toBe(120n);
    expect(await spends('pool-1', 'H3', '1', 'm-1')).toMatchObject({
      status: 409,
      body: { code: 'pool-member-unknown' },
    });
  });

  it('takes members in and changes their limits, and sends nothing away', async () => {
    await opens('pool-2', []);
    await earns('m-3', 50);
    await sends('m-3', 'pool-2', '50');
    await deliver();
    const set = (perDay?: string) => api.post(at('pool-2', 'pool/members'), { member: 'm-3', perDay });
    expect(await set('10')).toMatchObject({ status: 200, body: { member: 'm-3', state: 'member' } });
    expect(await spends('pool-2', 'H1', '11', 'm-3')).toMatchObject({ body: { code: 'spend-limit-exceeded' } });
    await set();
    expect(await spends('pool-2', 'H1', '11', 'm-3')).toMatchObject({ status: 201 });
    const gift = { transferId: 'T1', to: 'm-3', asset: 'POINTS', amount: '5' };
    expect(await api.post(at('pool-2', 'transfers'), gift)).toMatchObject({
      status: 409,
      body: { code: 'pool-spends-by-hold' },
    });
    expect(await api.post(at('pool-2', 'merges'), { mergeId: 'M1', into: 'm-3' })).toMatchObject({
      status: 409,
      body: { code: 'pool-not-merged' },
    });
  });

  it('tells in both languages who sent points to it, where they lie there, and for which member they are reserved', async () => {
    api.now = MIDNIGHT;
    await opens('pool-5', [{ member: 'm-5' }]);
    await earns('m-5', 50);
    await sends('m-5', 'pool-5', '30');
    await deliver();
    expect(await spends('pool-5', 'H5', '20', 'm-5')).toMatchObject({ status: 201 });
    const told = async (path: string, lang: string) =>
      (await api.get(`${path}?at=${MIDNIGHT}&lang=${lang}`)).body['text'];
    const arriving = arrivingTransfer('demo', accountOf('m-5'), 'to-pool-5');
    const lot = `~transfer:${arriving}.0:POINTS`;
    const sender = at('m-5', 'lots/till-1:P-m-5:POINTS/explanation');
    expect((await told(sender, 'en')) as string[]).toContain(
      `  sent by transfer to-pool-5 to account ${accountOf('pool-5')}, ${MIDNIGHT}: 30; there it is lot ${lot}`,
    );
    expect((await told(sender, 'zh')) as string[]).toContain(
      `  ${MIDNIGHT} 转赠 to-pool-5 至账户 ${accountOf('pool-5')}:30;在该账户为批次 ${lot}`,
    );
    const there = at('pool-5', `lots/${lot}/explanation`);
    expect(await told(there, 'en')).toEqual([
      `Lot ${lot}, owed by hotel, without end: 30 POINTS`,
      `  Transfer ${arriving} from account ${accountOf('m-5')}, ${MIDNIGHT}: 30 POINTS`,
      '  free to use: 10',
      `  hold H5 of unit mall for member m-5 of the pool, ${MIDNIGHT}, drew 20 and has 20 of it`,
      '    reserved until 2026-11-02T16:15:00.000Z: 20',
    ]);
    expect(await told(there, 'zh')).toEqual([
      `批次 ${lot},发行方 hotel,永久有效:30 POINTS`,
      `  来自账户 ${accountOf('m-5')} 的转赠 ${arriving},${MIDNIGHT}:30 POINTS`,
      '  可用:10',
      `  积分池成员 m-5 在业务单元 mall 的预留 H5,${MIDNIGHT},动用 20,现有其中 20`,
      '    预留至 2026-11-02T16:15:00.000Z:20',
    ]);
  });

  it('is not there for another tenant, nor for an account that is none', async () => {
    await opens('pool-3', []);
    await earns('m-4', 5);
    const member = { member: 'm-9' };
    expect(await api.post(at('pool-3', 'pool/members'), member, { tenant: 'other' })).toMatchObject({ status: 404 });
    expect(await api.get(at('pool-3', 'pool'), { tenant: 'other' })).toMatchObject({ status: 404 });
    expect(await api.get(at('pool-3', 'pool'), { program: 'other' })).toMatchObject({ status: 404 });
    expect(await api.get(at('m-4', 'pool'))).toMatchObject({ status: 409, body: { code: 'pool-unknown' } });
    expect(await api.post(at('m-4', 'pool/members'), member)).toMatchObject({ body: { code: 'pool-unknown' } });
    expect(await spends('m-4', 'H1', '1', 'm-4')).toMatchObject({ status: 409, body: { code: 'pool-unknown' } });
    expect(await api.post(at('pool-3', 'pool'), { pool: 'pool-4', owner: 'm-1', members: [] })).toMatchObject({
      status: 422,
      body: { code: 'account-mismatch' },
    });
  });
});
