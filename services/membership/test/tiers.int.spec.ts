import type { membership } from '@tallystick/contracts';
import { grown, MembershipFixture, POLICY, program, batchOf, TENANT } from './membership-fixture';

const MARCH = '2026-03-01T10:00:00.000Z';
const APRIL = '2026-04-01T10:00:00.000Z';
const MAY = '2026-05-01T10:00:00.000Z';
const DECEMBER = '2026-12-30T10:00:00.000Z';
/** The end of 2026 in Shanghai. */
const YEAR_END = '2026-12-31T16:00:00.000Z';

let fixture: MembershipFixture;

beforeEach(async () => {
  fixture = await MembershipFixture.start();
  await fixture.prepare();
});

afterEach(() => fixture?.stop());

async function isSomebodyAtTheGate(): Promise<boolean> {
  const { rows } = await fixture.pool.query("select from pg_locks where locktype = 'advisory' and not granted");
  return rows.length > 0;
}

const said = () => fixture.announced<membership.TierChanged>('membership.tier-changed.v1');

describe('growth', () => {
  beforeEach(() => fixture.declare());

  it('lifts a member to a tier from the fact that reaches it, enrolled or not', async () => {
    await expect(fixture.hear(grown('m-1', 1, 600, MARCH), grown('m-1', 2, 600, APRIL))).resolves.toEqual([
      'done',
      'done',
    ]);
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${APRIL}`]);
    await expect(said()).resolves.toMatchObject([
      { member: 'm-1', tier: 'silver', cause: 'upgrade', validFrom: APRIL },
    ]);
  });

  it('adds up over batches, in whatever order it comes', async () => {
    await fixture.hear(grown('m-1', 2, 600, MAY));
    await fixture.hear(grown('m-1', 1, 600, MARCH));
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${MAY}`]);
    await fixture.hear(grown('m-1', 3, 500, APRIL));
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${APRIL}`]);
    await expect(said()).resolves.toMatchObject([{ cause: 'upgrade' }, { cause: 'correction' }]);
  });

  it('that changes no tier makes no event', async () => {
    await fixture.hear(grown('m-1', 1, 100, MARCH), grown('m-2', 1, 100, MARCH));
    await fixture.hear(grown('m-1', 2, 100, APRIL));
    await fixture.hear(grown('m-1', 3, 100, MAY));
    await expect(fixture.types()).resolves.toEqual(['TierPolicyDeclared']);
  });

  it('is reviewed again where a crash came between the review and its rows, and counts once', async () => {
    const batch = fixture.growth(grown('m-1', 1, 700, MARCH), grown('m-1', 2, 700, APRIL));
    const lost = {
      ...batch,
      checkpoint: { ...batch.checkpoint!, moves: [{ ...batch.checkpoint!.moves[0]!, epoch: 7 }] },
    };
    await expect(fixture.deliver(lost)).rejects.toMatchObject({ code: 'TS001' });
    await expect(fixture.deliver(batch, fixture.twin())).resolves.toEqual(['done', 'done']);
    await fixture.hear(grown('m-1', 3, 3000, MAY));
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${APRIL}`]);
    await expect(said()).resolves.toHaveLength(1);
  });

  it('that comes again although its rows are there counts once', async () => {
    const first = fixture.growth(grown('m-1', 1, 600, MARCH));
    const redriven = { ...first, checkpoint: undefined };
    await fixture.deliver(redriven);
    await expect(fixture.deliver(redriven, fixture.twin())).resolves.toEqual(['duplicate']);
    await expect(fixture.tiers('m-1')).resolves.toEqual([]);
  });

  it('that a relay repeated counts once, within a batch and after it', async () => {
    const repeated = grown('m-1', 1, 600, MARCH);
    await fixture.hear(repeated, repeated);
    await fixture.hear(repeated);
    await expect(fixture.tiers('m-1')).resolves.toEqual([]);
    await fixture.hear(grown('m-1', 2, 400, APRIL));
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${APRIL}`]);
  });

  it('that another process took while the keys were away is counted by whoever gets them back', async () => {
    await fixture.hear(grown('m-1', 1, 300, MARCH));
    await fixture.deliver(fixture.growth(grown('m-1', 2, 600, APRIL)), fixture.twin());
    await fixture.deliver({ ...fixture.growth(grown('m-1', 3, 200, MAY)), assignment: 2 });
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${MAY}`]);
  });

  it('that another process redrives is counted by the one that serves the member', async () => {
    await fixture.hear(grown('m-1', 1, 300, MARCH));
    const letter = { ...fixture.growth(grown('m-1', 2, 600, APRIL)), checkpoint: undefined };
    await fixture.deliver(letter, fixture.twin());
    await fixture.hear(grown('m-1', 3, 200, MAY));
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${MAY}`]);
  });

  it('of a program that is not known waits, and what is known does not wait with it', async () => {
    const other = { ...grown('m-2', 1, 5000, MARCH), program: 'other' };
    await expect(fixture.hear(grown('m-1', 1, 1000, MARCH), other)).resolves.toEqual(['done', 'retry unknown-program']);
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${MARCH}`]);
    await expect(fixture.tiers('m-2')).resolves.toEqual([]);
  });
});

describe('a tier policy', () => {
  it('that is declared after growth was recorded reviews whoever holds growth', async () => {
    await fixture.hear(grown('m-1', 1, 1200, MARCH), grown('m-2', 1, 10, MARCH));
    await expect(fixture.tiers('m-1')).resolves.toEqual([]);
    await fixture.declare();
    await fixture.hearPolicies();
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${MARCH}`]);
    await expect(fixture.tiers('m-2')).resolves.toEqual([]);
  });

  it('reviews every page of members once, however often it is heard', async () => {
    const members = Array.from({ length: 1100 }, (_, n) => `m-${String(n).padStart(4, '0')}`);
    for (let from = 0; from < members.length; from += 500) {
      await fixture.hear(...members.slice(from, from + 500).map((member) => grown(member, 1, 1000, MARCH)));
    }
    await fixture.declare();
    await fixture.hearPolicies();
    await fixture.hearPolicies(fixture.twin());
    await expect(said()).resolves.toHaveLength(1100);
  });

  it('that replaces another corrects the tiers by the policy in force', async () => {
    await fixture.declare();
    await fixture.hear(grown('m-1', 1, 1200, MARCH));
    await fixture.declare({ ...POLICY, levels: [{ tier: 'platinum', from: '1100' }] });
    await fixture.hearPolicies();
    await expect(fixture.tiers('m-1')).resolves.toEqual([`platinum ${MARCH}`]);
  });

  it('that nobody reaches any more takes the tiers back', async () => {
    await fixture.declare();
    await fixture.hear(grown('m-1', 1, 1200, MARCH));
    await fixture.declare({ ...POLICY, levels: [] });
    await fixture.hearPolicies();
    await expect(fixture.tiers('m-1')).resolves.toEqual([]);
    await expect(said()).resolves.toMatchObject([
      { tier: 'silver' },
      { tier: 'ordinary', cause: 'correction', history: [] },
    ]);
  });

  it('is not reviewed between the review of growth and its record: the older picture would win', async () => {
    await fixture.declare();
    await fixture.hear(grown('m-1', 1, 10, MARCH));
    const holder = await fixture.pool.connect();
    await holder.query('begin; lock table growth_fact_v1 in share mode');
    const growing = fixture.hear(grown('m-1', 2, 1200, APRIL));
    while (!(await fixture.types()).includes('TierChanged')) await fixture.store.changed(100);
    let isReviewed = false;
    const reviewing = fixture.hearPolicies(fixture.twin()).then(() => (isReviewed = true));
    while (!isReviewed && !(await isSomebodyAtTheGate())) await fixture.store.changed(10);
    await holder.query('rollback');
    holder.release();
    await Promise.all([growing, reviewing]);
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${APRIL}`]);
  });

  it('ends alike however declaring, reviewing and growing run into each other', async () => {
    const twin = fixture.twin();
    const members = Array.from({ length: 20 }, (_, n) => `m-${n}`);
    const growing = (async () => {
      for (let n = 1; n <= 12; n++) {
        const at = `2026-03-${String(n).padStart(2, '0')}T10:00:00.000Z`;
        await fixture.hear(...members.map((member) => grown(member, n, 100, at)));
      }
    })();
    const declaring = (async () => {
      for (const from of ['900', '1000', '1100']) {
        await fixture.declare({ ...POLICY, levels: [{ tier: 'silver', from }] }, twin);
        await fixture.hearPolicies(twin);
      }
    })();
    await Promise.all([growing, declaring]);
    for (const member of members) {
      expect([member, ...(await fixture.tiers(member))]).toEqual([member, 'silver 2026-03-11T10:00:00.000Z']);
    }
  });
});

describe('the end of a window', () => {
  beforeEach(() => fixture.declare());

  it('lowers whoever has not earned the tier again, once', async () => {
    await fixture.hear(grown('m-1', 1, 1200, '2025-06-01T10:00:00.000Z'), grown('m-2', 1, 1200, MARCH));
    await fixture.dayEnded('2025-12-31T16:00:00.000Z');
    await fixture.dayEnded(YEAR_END);
    await fixture.dayEnded(YEAR_END, fixture.twin());
    await expect(fixture.tiers('m-1')).resolves.toEqual(['silver 2025-06-01T10:00:00.000Z', `ordinary ${YEAR_END}`]);
    await expect(fixture.tiers('m-2')).resolves.toEqual([`silver ${MARCH}`]);
    await expect(said()).resolves.toMatchObject([{ cause: 'upgrade' }, { cause: 'upgrade' }, { cause: 'review' }]);
  });

  it('that is told again late changes nothing that was reviewed since', async () => {
    await fixture.hear(grown('m-1', 1, 1200, '2025-06-01T10:00:00.000Z'));
    await fixture.dayEnded(YEAR_END);
    await fixture.dayEnded('2025-12-31T16:00:00.000Z');
    await expect(fixture.tiers('m-1')).resolves.toEqual(['silver 2025-06-01T10:00:00.000Z', `ordinary ${YEAR_END}`]);
  });

  it('within a window reviews nobody', async () => {
    await fixture.hear(grown('m-1', 1, 1200, '2025-06-01T10:00:00.000Z'));
    await fixture.dayEnded('2026-11-23T16:00:00.000Z');
    await expect(said()).resolves.toHaveLength(1);
  });

  it('is corrected by a late return in the window that was reviewed', async () => {
    await fixture.hear(grown('m-1', 1, 1010, MARCH));
    await fixture.dayEnded(YEAR_END);
    await fixture.hear(grown('m-1', 2, 1, APRIL));
    await fixture.hear(grown('m-1', 3, -60, DECEMBER));
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${MARCH}`, `ordinary ${YEAR_END}`]);
  });

  it('follows the zone of the program, which may be declared anew', async () => {
    await fixture.hear(grown('m-1', 1, 600, '2025-12-31T17:00:00.000Z'), grown('m-1', 2, 600, MARCH));
    await expect(fixture.tiers('m-1')).resolves.toEqual([`silver ${MARCH}`]);
    await fixture.parts.policies.programDeclared(batchOf([program({ revision: 1, zone: 'Europe/London' })]));
    await expect(fixture.tiers('m-1')).resolves.toEqual([]);
  });
});

describe('with 100,000 facts of another tenant', () => {
  it('facts of members and pages of members are found by the index, past nobody else', async () => {
    await fixture.pool.query(
      `insert into growth_fact_v1 select 1, '${MARCH}', '${MARCH}', md5((n % 20000)::text)::uuid, n,
              case when n % 20000 < 10 then '${TENANT}' else 'large' end, 'm-' || lpad((n % 20000)::text, 5, '0')
         from generate_series(1, 100000) n`,
    );
    await fixture.pool.query('analyze growth_fact_v1');
    const plan = async (query: string): Promise<string> => {
      const { rows } = await fixture.pool.query<{ 'QUERY PLAN': string }>(`explain ${query}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    const facts = await plan(
      `select * from unnest(array(select md5(n::text)::uuid from generate_series(1, 500) n)) as asked (account)
        cross join lateral (
          select * from growth_fact where tenant = '${TENANT}' and account = asked.account offset 0) as fact`,
    );
    const page = await plan(
      `select distinct on (account) account, member from growth_fact
        where tenant = '${TENANT}' and account > '40000000-0000-0000-0000-000000000000' order by account limit 500`,
    );
    for (const text of [facts, page]) {
      expect(text).toContain('growth_fact_v1_pkey');
      expect(text).toMatch(/Index Cond: \(\(?tenant = 'demo'::text\) AND \(account/);
      expect(text).not.toMatch(/Seq Scan|Filter/);
    }
  });
});
