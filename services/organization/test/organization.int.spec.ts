import { organization, validatorOf } from '@tallystick/contracts';
import { instant } from '@tallystick/vocabulary';
import { group, OrganizationFixture, store, unit } from './organization-fixture';

const MINUTES = 'organization.minute-ended.v1';
const DAYS = 'organization.day-ended.v1';
const NODES = 'organization.node-declared.v1';

let fixture: OrganizationFixture;

beforeEach(async () => {
  fixture = await OrganizationFixture.start();
});

afterEach(() => fixture?.stop());

describe('the tree', () => {
  it('is read as it was declared, each version once, whatever is declared again', async () => {
    const nodes = [group(), unit('market'), unit('park'), store('hz-001', 'market')];
    await expect(fixture.declare(...nodes)).resolves.toMatchObject({ kind: 'appended' });
    await expect(fixture.declare(...nodes)).resolves.toMatchObject({ kind: 'unchanged' });
    await fixture.declare(store('hz-001', 'park', '2026-06-01T00:00:00.000Z'));
    await fixture.project(2);
    const read = await fixture.queries.nodes('demo');
    expect(read.map(({ node, unit: inUnit, validFrom }) => [node, inUnit, validFrom.slice(0, 10)])).toEqual([
      ['group', undefined, '2020-01-01'],
      ['hz-001', 'market', '2020-01-01'],
      ['hz-001', 'park', '2026-06-01'],
      ['market', 'market', '2020-01-01'],
      ['park', 'park', '2020-01-01'],
    ]);
    await expect(fixture.queries.nodes('other')).resolves.toEqual([]);
  });

  it('is the same when its rows are built anew', async () => {
    await fixture.declare(group(), unit('market'), store('hz-001', 'market'));
    await fixture.declare({ ...store('hz-001', 'market'), open: false });
    await fixture.project(1);
    await expect(fixture.rebuild()).resolves.toMatchObject({ equal: true, tables: [{ rows: 3 }] });
  });

  it('takes declarations of many at once, each on the tree that the one before left', async () => {
    await fixture.declare(group(), unit('market'));
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => fixture.declare(store(`s-${n}`, 'market'))));
    expect(answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 30 }, () => 'appended'));
    await expect(fixture.announced(NODES)).resolves.toHaveLength(32);
  });
});

describe('the clock', () => {
  beforeEach(() => fixture.declareProgram());

  const minutes = async () =>
    (await fixture.announced<organization.MinuteEnded>(MINUTES)).map(({ at }) => at.slice(11, 16));
  const days = async () => (await fixture.announced<organization.DayEnded>(DAYS)).map(({ date }) => date);

  it('begins with the day and the minute that have just ended', async () => {
    await fixture.clock().tick();
    await expect(minutes()).resolves.toEqual(['10:00']);
    await expect(fixture.announced(DAYS)).resolves.toEqual([
      { program: 'main', zone: 'Asia/Shanghai', date: '2026-11-23', at: '2026-11-23T16:00:00.000Z' },
    ]);
  });

  it('announces each minute and day once, however many lead at once', async () => {
    const clocks = [fixture.clock(), fixture.clock(), fixture.clock()];
    for (const now of [
      '2026-11-24T15:58:10Z',
      '2026-11-24T15:59:10Z',
      '2026-11-24T16:01:10Z',
      '2026-11-24T16:01:50Z',
    ]) {
      fixture.now = instant(now);
      await Promise.all(clocks.map((clock) => clock.tick()));
    }
    await expect(minutes()).resolves.toEqual(['15:58', '15:59', '16:00', '16:01']);
    await expect(days()).resolves.toEqual(['2026-11-23', '2026-11-24']);
  });

  it('catches up what was missed, in order, however long that was', async () => {
    const clock = fixture.clock();
    await clock.tick();
    fixture.now = instant('2026-11-27T10:00:30Z');
    const restarted = fixture.clock();
    for (let announced = 1; announced > 0;) announced = await restarted.tick();
    await expect(days()).resolves.toEqual(['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26']);
    const told = await fixture.announced<organization.MinuteEnded>(MINUTES);
    expect(told).toHaveLength(3 * 24 * 60 + 1);
    told.forEach(({ at }, n) => expect(instant(at)).toBe(instant('2026-11-24T10:00:00Z') + n * 60_000));
  });

  it('says nothing where time stands still or goes back', async () => {
    const clock = fixture.clock();
    await clock.tick();
    fixture.now = instant('2026-11-24T09:00:00Z');
    await expect(clock.tick()).resolves.toBe(0);
    await expect(fixture.clock().tick()).resolves.toBe(0);
    await expect(minutes()).resolves.toEqual(['10:00']);
  });

  it('leads in one process at a time, and in another once that has left', async () => {
    const [first, second] = [fixture.leading(), fixture.leading()];
    await expect(first.isOurs()).resolves.toBe(true);
    let leaders: boolean[] = [];
    for (let turn = 0; turn < 6; turn++) {
      leaders = [await first.isOurs(), await second.isOurs()];
      expect(leaders).not.toEqual([true, true]);
    }
    expect(leaders).toContain(true);
    const [leader, follower] = leaders[0] ? [first, second] : [second, first];
    await expect(fixture.clock(() => follower.isOurs()).tick()).resolves.toBe(0);
    await leader.release();
    await expect(fixture.clock(() => follower.isOurs()).tick()).resolves.toBe(2);
    await follower.release();
  });
});

describe('what organization says', () => {
  it('meets its contracts', async () => {
    await fixture.declare(group(), unit('market'), store('hz-001', 'market'));
    await fixture.declareProgram();
    await fixture.clock().tick();
    const topics = {
      [NODES]: [organization.NodeDeclared, 3],
      'organization.program-declared.v1': [organization.ProgramDeclared, 1],
      [DAYS]: [organization.DayEnded, 1],
      [MINUTES]: [organization.MinuteEnded, 1],
    } as const;
    for (const [topic, [contract, count]] of Object.entries(topics)) {
      const said = await fixture.announced<object>(topic);
      expect([topic, said.length]).toEqual([topic, count]);
      for (const message of said) expect(validatorOf<object>(contract)(message)).toMatchObject({ ok: true });
    }
  });
});
