import type { PurchaseQualified } from '@tallystick/contracts';
import type { AssetPolicy, PlaceHold } from '@tallystick/ledger-domain';
import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import { ProgramZones } from '../src/adapters/program-zones';
import { AccountCommands, accountStream } from '../src/application/account-commands';
import { AccountMerges } from '../src/application/account-merges';
import { AssetDirectory } from '../src/application/asset-directory';
import { whenProgramDeclaredKeepItsZone } from '../src/policies/when-program-declared-keep-its-zone';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountOf, batchOf, LedgerFixture, linkedReturn, PROGRAM, purchase, TENANT } from './ledger-fixture';

const JUNE = '2026-06-01T00:00:00.000Z';
/** 31 January in Shanghai, 30 January in UTC. */
const EVENING = '2026-01-30T18:00:00.000Z';

let ledger: LedgerFixture;
let now: Instant;
let declarations = 0;

beforeEach(async () => {
  ledger = await LedgerFixture.start();
  now = instant(JUNE);
});

afterEach(() => ledger?.stop());

/** A process of the ledger with the test's clock. */
function application() {
  const { store, pool } = ledger;
  const zones = new ProgramZones(pool);
  const zoneOf = (tenant: string, program: string) => zones.zoneOf(tenant, program);
  const { snapshots } = store;
  const assets = new AssetDirectory({ store, snapshots, now: () => now, zoneOf });
  const accounts = new AccountCommands(store, snapshots);
  return { accounts, assets, merges: new AccountMerges(store, snapshots, accounts) };
}

async function declared(policy: AssetPolicy): Promise<void> {
  const points = { asset: 'POINTS', kind: 'points', scale: '0', unitCost: '0', policy } as const;
  const metadata = {
    actor: 'user:test',
    commandId: `00000000-0000-0000-0001-${String(++declarations).padStart(12, '0')}`,
  };
  await expect(application().assets.declare(TENANT, PROGRAM, [points], metadata)).resolves.toMatchObject({
    kind: 'appended',
  });
}

async function inZone(zone: string, revision = 0): Promise<void> {
  const program = { program: PROGRAM, revision, name: 'Main', zone, currency: 'CNY', referenceWaitSeconds: 1 };
  const [record] = batchOf([purchase('m-1', 'P1', JUNE, 1)]).records;
  const records = [{ ...record!, topic: 'organization.program-declared.v1', message: program }];
  const batch = { topic: 'organization.program-declared.v1', records, assignment: 1, checkpointMoved: () => undefined };
  await whenProgramDeclaredKeepItsZone(new ProgramZones(ledger.pool))({ ...batch, checkpoint: undefined });
}

const accrue = (...messages: PurchaseQualified[]) => whenPurchaseQualifiedAccrue(application())(batchOf(messages));

/** When the lot of a member's purchase becomes available and when it is over. */
async function lifeOf(member: string, id: string) {
  const { state } = await ledger.application.accounts.load(TENANT, accountOf(member));
  const { pending, activatedAt, activatesOn, expiresAt } = state.accruals
    .get(`till-1:${id}`)!
    .holdings.find(({ asset }) => asset === 'POINTS')!;
  return {
    pending,
    activatesOn,
    activatedAt: activatedAt && formatInstant(activatedAt),
    expiresAt: expiresAt && formatInstant(expiresAt),
  };
}

describe('an asset whose policy has a priority', () => {
  it('gives it to the lots that are granted from then on, and lower ones are drawn first', async () => {
    const asked = async (hold: string) => {
      const account = accountOf('m-1');
      const terms = { hold, asset: 'POINTS', amount: 10n, ttlSeconds: 60, unit: 'market' };
      const command = {
        kind: 'place-hold',
        tenant: TENANT,
        account,
        at: instant('2026-07-01T00:00:00.000Z'),
        ...terms,
      };
      const { results } = await ledger.application.accounts.executeMany([
        {
          stream: accountStream(TENANT, account),
          command: { ...command, expireUnderHold: 'protect' } as PlaceHold,
          metadata: { actor: 'user:test', commandId: '00000000-0000-0000-0002-000000000001' },
        },
      ]);
      const [result] = results;
      return result?.kind === 'appended'
        ? result.events.flatMap(({ data }) => ('slices' in data ? data.slices : []))
        : [];
    };
    await inZone('Asia/Shanghai');
    await accrue(purchase('m-1', 'P1', EVENING, 100));
    await declared({ priority: '-5' });
    await accrue(purchase('m-1', 'P2', '2026-06-02T00:00:00.000Z', 100));
    await expect(asked('h-1')).resolves.toEqual([['till-1:P2:POINTS', 'hotel', '1/100', '10']]);
  });
});

describe('a lot', () => {
  it('never ends and is available at once where its program has declared nothing', async () => {
    await accrue(purchase('m-1', 'P1', EVENING, 100));
    await expect(lifeOf('m-1', 'P1')).resolves.toEqual({ pending: false, activatedAt: EVENING });
  });

  it('ends with its last day in the zone of the program: a month from 31 January is the end of February', async () => {
    await declared({ expiry: { months: '1' } });
    await inZone('Asia/Shanghai');
    await accrue(purchase('m-1', 'P1', EVENING, 100));
    await expect(lifeOf('m-1', 'P1')).resolves.toMatchObject({ expiresAt: '2026-02-28T16:00:00.000Z' });
  });

  it('ends at midnight also where the clocks change on the way', async () => {
    await declared({ expiry: { days: '1' } });
    await inZone('Europe/Berlin');
    await accrue(
      purchase('m-1', 'P1', '2026-03-28T12:00:00.000Z', 100),
      purchase('m-1', 'P2', '2026-10-24T12:00:00.000Z', 100),
    );
    await expect(lifeOf('m-1', 'P1')).resolves.toMatchObject({ expiresAt: '2026-03-29T22:00:00.000Z' });
    await expect(lifeOf('m-1', 'P2')).resolves.toMatchObject({ expiresAt: '2026-10-25T23:00:00.000Z' });
  });

  it('waits for its days or its event, and its life may begin with them', async () => {
    await inZone('Asia/Shanghai');
    await declared({ maturity: { days: '7' }, expiry: { days: '30' }, expiryFrom: 'activation' });
    await accrue(purchase('m-1', 'P1', EVENING, 100));
    await expect(lifeOf('m-1', 'P1')).resolves.toMatchObject({
      pending: true,
      activatedAt: '2026-02-06T16:00:00.000Z',
      expiresAt: '2026-03-09T16:00:00.000Z',
    });
    now = instant('2026-07-01T00:00:00.000Z');
    await declared({ maturity: { on: 'shipped' } });
    await accrue(purchase('m-1', 'P2', '2026-07-02T00:00:00.000Z', 100));
    await expect(lifeOf('m-1', 'P2')).resolves.toMatchObject({ pending: true, activatesOn: 'shipped' });
  });

  it('keeps the terms of the time in which it was earned, however late it comes and however often it is amended', async () => {
    await inZone('Asia/Shanghai');
    await declared({ expiry: { endOf: 'year' } });
    await accrue(purchase('m-1', 'P1', '2026-06-10T00:00:00.000Z', 100));
    now = instant('2026-07-01T00:00:00.000Z');
    await declared({ expiry: { endOf: 'year', plus: '1' } });
    await accrue(
      purchase('m-1', 'P1', '2026-06-10T00:00:00.000Z', 90, { revision: 1 }),
      purchase('m-1', 'P2', '2026-06-20T00:00:00.000Z', 100),
      purchase('m-1', 'P3', '2026-07-01T00:00:00.000Z', 100),
    );
    for (const [id, expiresAt] of [
      ['P1', '2026-12-31T16:00:00.000Z'],
      ['P2', '2026-12-31T16:00:00.000Z'],
      ['P3', '2027-12-31T16:00:00.000Z'],
    ] as const) {
      await expect(lifeOf('m-1', id)).resolves.toMatchObject({ expiresAt });
    }
  });

  it('waits on the bus while the zone of its program is not known', async () => {
    await declared({ expiry: { days: '30' } });
    await expect(accrue(purchase('m-1', 'P1', EVENING, 100))).resolves.toEqual([
      { kind: 'retry', code: 'unknown-program', giveUpAfterMs: 300_000 },
    ]);
    await inZone('Asia/Shanghai');
    await expect(accrue(purchase('m-1', 'P1', EVENING, 100))).resolves.toEqual([{ kind: 'done' }]);
  });
});

describe('the zone of a program', () => {
  it('is the newest that was told, whatever comes last', async () => {
    await inZone('Asia/Shanghai', 2);
    await inZone('Europe/Berlin', 1);
    await expect(new ProgramZones(ledger.pool).zoneOf(TENANT, PROGRAM)).resolves.toBe('Asia/Shanghai');
  });
});

describe('a return', () => {
  it('takes no more than the policy allows: with only_pending nothing that is active', async () => {
    await declared({ clawback: 'only_pending' });
    await accrue(
      purchase('m-1', 'P1', '2026-06-10T00:00:00.000Z', 100, {
        returns: [linkedReturn('R1', '2026-06-11T00:00:00.000Z', 100)],
      }),
    );
    const { state } = await ledger.application.accounts.load(TENANT, accountOf('m-1'));
    expect(state.books.get('POINTS')).toMatchObject({ available: 100n, uncollectable: -100n });
  });
});
