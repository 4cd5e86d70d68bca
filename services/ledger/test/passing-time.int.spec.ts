import type { organization } from '@tallystick/contracts';
import { position } from '@tallystick/decider';
import { type AccountCommand, MOST_SLICES } from '@tallystick/ledger-domain';
import { type Batch, DONE } from '@tallystick/messaging';
import { type Instant, instant } from '@tallystick/vocabulary';
import { accountStream } from '../src/application/account-commands';
import { PassingTime } from '../src/application/passing-time';
import { whenAccountClosedForfeitTheRest } from '../src/policies/when-account-closed-forfeit-the-rest';
import { whenDayEndedBookExpiry } from '../src/policies/when-day-ended-book-expiry';
import { whenDayEndedNoticeExpiry } from '../src/policies/when-day-ended-notice-expiry';
import { whenMinuteEndedLapseHolds } from '../src/policies/when-minute-ended-lapse-holds';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { DueBook } from '../src/projections/account-book/due-accounts';
import { accountOf, batchOf, LedgerFixture, PROGRAM, purchase, TENANT } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
const TODAY = '2026-11-06T16:00:00.000Z';
const TOMORROW = '2026-11-07T16:00:00.000Z';

let ledger: LedgerFixture;
let version = 0;
let commands = 0;

beforeEach(async () => {
  ledger = await LedgerFixture.start();
});

afterEach(() => ledger?.stop());

async function earned(...members: string[]): Promise<void> {
  await whenPurchaseQualifiedAccrue(ledger.application)(
    batchOf(members.map((member) => purchase(member, `P-${member}`, EARNED, 100))),
  );
}

async function decided(member: string, command: object): Promise<void> {
  const account = accountOf(member);
  const item = {
    stream: accountStream(TENANT, account),
    command: { tenant: TENANT, account, at: instant(EARNED), ...command } as AccountCommand,
    metadata: { actor: 'user:test', commandId: `00000000-0000-0000-0000-${String(++commands).padStart(12, '0')}` },
  };
  const { results } = await ledger.application.accounts.executeMany([item]);
  expect(results).toMatchObject([{ kind: 'appended' }]);
}

const credit = (member: string, expiresAt: string) =>
  decided(member, {
    kind: 'adjust-points',
    adjustment: `a-${expiresAt}`,
    asset: 'POINTS',
    amount: 10n,
    reason: 'goodwill',
    unit: 'market',
    unitCost: '0',
    expiresAt: instant(expiresAt),
  });

const hold = (member: string, ttlSeconds: number) =>
  decided(member, {
    kind: 'place-hold',
    hold: `h-${ttlSeconds}`,
    asset: 'POINTS',
    amount: 40n,
    ttlSeconds,
    unit: 'market',
    expireUnderHold: 'protect',
  });

function told<Message>(topic: string, messages: readonly Message[], tenant = TENANT): Batch<Message> {
  const ids = {
    correlationId: '7f0d3b52-9a35-4d4b-9d0a-6c1f2e3a4b01',
    causationId: '7f0d3b52-9a35-4d4b-9d0a-6c1f2e3a4b02',
  };
  const records = messages.map((message, at) => {
    const place = { key: PROGRAM, partition: 0, position: position(at + 1) };
    return { topic, ...place, message, tenant, ...ids, receivedAt: 0 as Instant };
  });
  return { topic, records, checkpoint: undefined, assignment: 1, checkpointMoved: () => undefined };
}

const dayEnded = (at: string, program = PROGRAM): organization.DayEnded => ({
  program,
  zone: 'Asia/Shanghai',
  date: at.slice(0, 10),
  at,
});

/** Shows the log in the read model and hands days to the policy, which reads pages of two. */
async function daysEnd(...days: organization.DayEnded[]): Promise<void> {
  await ledger.project((version += 1), 500);
  const policy = whenDayEndedBookExpiry(new PassingTime(ledger.application.accounts, 2), new DueBook(ledger.pool));
  await expect(policy(told('organization.day-ended.v1', days))).resolves.toEqual(days.map(() => DONE));
}

async function minuteEnds(at: string, tenant = TENANT): Promise<void> {
  await ledger.project((version += 1), 500);
  const policy = whenMinuteEndedLapseHolds(new PassingTime(ledger.application.accounts, 2), new DueBook(ledger.pool));
  await policy(told('organization.minute-ended.v1', [{ at }], tenant));
}

async function pointsOf(member: string) {
  const { state, revision } = await ledger.application.accounts.load(TENANT, accountOf(member));
  const { available, held, breakage, pending } = state.books.get('POINTS')!;
  return { available, held, breakage, pending, revision };
}

describe('when a day has ended', () => {
  it('what ended by then is breakage, over all pages, and what ends later stays', async () => {
    const members = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5'];
    await earned(...members);
    for (const member of members) {
      await credit(member, TODAY);
      await credit(member, TOMORROW);
    }
    await daysEnd(dayEnded(TODAY));
    for (const member of members) {
      await expect(pointsOf(member)).resolves.toMatchObject({ available: 110n, breakage: 10n });
    }
  });

  it('the same day again, and an earlier one, book nothing', async () => {
    await earned('m-1');
    await credit('m-1', TODAY);
    await daysEnd(dayEnded(TODAY));
    const { revision } = await pointsOf('m-1');
    await daysEnd(dayEnded(TODAY), dayEnded('2026-11-05T16:00:00.000Z'));
    await expect(pointsOf('m-1')).resolves.toMatchObject({ breakage: 10n, revision });
  });

  it('days that come together book what each of them would, at the instant at which it ended', async () => {
    await earned('m-1');
    await credit('m-1', TODAY);
    await credit('m-1', TOMORROW);
    await daysEnd(dayEnded(TODAY), dayEnded(TOMORROW));
    await expect(pointsOf('m-1')).resolves.toMatchObject({ available: 100n, breakage: 20n });
    const { rows } = await ledger.pool.query(`select count(*)::int as events from event where type = 'LotsExpired'`);
    expect(rows).toEqual([{ events: 2 }]);
  });

  it('the day of another program touches nothing', async () => {
    await earned('m-1');
    await credit('m-1', TODAY);
    await daysEnd(dayEnded(TODAY, 'other'));
    await expect(pointsOf('m-1')).resolves.toMatchObject({ breakage: 0n });
  });

  it('a lot that the read model did not show is found by the next day', async () => {
    await earned('m-1');
    await ledger.project((version += 1), 500);
    await credit('m-1', TODAY);
    const policy = whenDayEndedBookExpiry(new PassingTime(ledger.application.accounts), new DueBook(ledger.pool));
    await policy(told('organization.day-ended.v1', [dayEnded(TODAY)]));
    await expect(pointsOf('m-1')).resolves.toMatchObject({ breakage: 0n });
    await daysEnd(dayEnded(TOMORROW));
    await expect(pointsOf('m-1')).resolves.toMatchObject({ breakage: 10n });
  });
});

describe('when a day has ended after which something ends in 60, 30 or 7 days', () => {
  const DAY = 86_400_000;
  const inDays = (days: number) => new Date(Date.parse(TODAY) + days * DAY).toISOString();

  async function noticed(...days: organization.DayEnded[]): Promise<string[]> {
    await ledger.project((version += 1), 500);
    const policy = whenDayEndedNoticeExpiry(new PassingTime(ledger.application.accounts, 2), new DueBook(ledger.pool));
    await policy(told('organization.day-ended.v1', days));
    const { rows } = await ledger.pool.query<{ data: { amount: string; days: string; expiresAt: string } }>(
      `select convert_from(data, 'utf8')::json as data from event where type = 'ExpiryNoticed' order by position`,
    );
    return rows.map(({ data }) => `${data.amount} in ${data.days} days on ${data.expiresAt}`);
  }

  it('its holder is told, over all pages, once for each threshold, and of nothing else', async () => {
    const members = ['m-1', 'm-2', 'm-3'];
    await earned(...members);
    for (const member of members) {
      await credit(member, inDays(7));
      await credit(member, inDays(70));
    }
    const expected = members.map(() => `10 in 7 days on ${inDays(7)}`);
    await expect(noticed(dayEnded(TODAY))).resolves.toEqual(expected);
    await expect(noticed(dayEnded(TODAY))).resolves.toEqual(expected);
    await expect(noticed(dayEnded(TODAY, 'other'))).resolves.toEqual(expected);
  });
});

describe('when a day has ended around a change of clocks', () => {
  const members = ['m-1', 'm-2'];
  /** Midnight in Berlin at the end of a date. */
  const midnight = (date: string, offset: string) => new Date(`${date}T00:00:00.000${offset}`).toISOString();
  const berlin = (date: string, at: string) => ({ program: PROGRAM, zone: 'Europe/Berlin', date, at });

  async function noticedAfter(day: organization.DayEnded): Promise<string[]> {
    await ledger.project((version += 1), 500);
    await whenDayEndedNoticeExpiry(
      new PassingTime(ledger.application.accounts),
      new DueBook(ledger.pool),
    )(told('organization.day-ended.v1', [day]));
    const { rows } = await ledger.pool.query<{ days: string; ends: string }>(
      `select convert_from(data, 'utf8')::json ->> 'days' as days, convert_from(data, 'utf8')::json ->> 'expiresAt' as ends
         from event where type = 'ExpiryNoticed' order by position`,
    );
    return rows.map(({ days, ends }) => `${days} days before ${ends}`);
  }

  it('in autumn, seven days of the calendar are an hour longer', async () => {
    const ends = midnight('2027-11-05', '+01:00');
    await earned(...members);
    for (const member of members) await credit(member, ends);
    await expect(noticedAfter(berlin('2027-10-27', midnight('2027-10-28', '+02:00')))).resolves.toEqual([]);
    const expected = members.map(() => `7 days before ${ends}`);
    await expect(noticedAfter(berlin('2027-10-28', midnight('2027-10-29', '+02:00')))).resolves.toEqual(expected);
  });

  it('in spring, they are an hour shorter', async () => {
    const ends = midnight('2027-04-02', '+02:00');
    await earned(...members);
    for (const member of members) await credit(member, ends);
    await expect(noticedAfter(berlin('2027-03-24', midnight('2027-03-25', '+01:00')))).resolves.toEqual([]);
    const expected = members.map(() => `7 days before ${ends}`);
    await expect(noticedAfter(berlin('2027-03-25', midnight('2027-03-26', '+01:00')))).resolves.toEqual(expected);
  });
});

describe('when an account was closed', () => {
  it('what is left of it beyond the lots of one append is given up as well', async () => {
    const lots = Array.from({ length: MOST_SLICES + 500 }, () => ({
      issuer: 'market',
      unitCost: '0',
      amount: 1n,
      priority: 0,
      activatedAt: instant(EARNED),
    }));
    const terms = { program: PROGRAM, holder: 'm-1', asset: 'POINTS' };
    for (const [name, part] of [lots.slice(0, 2_000), lots.slice(2_000)].entries()) {
      const expected = BigInt(part.length);
      await decided('m-1', { kind: 'import-points', import: `i-${name}`, ...terms, lots: part, expected });
    }
    await decided('m-1', { kind: 'close-account', reason: 'inactive' });
    await expect(pointsOf('m-1')).resolves.toMatchObject({ available: 500n, breakage: 3_000n });
    const closed = { account: accountOf('m-1'), member: 'm-1', program: PROGRAM, revision: 4, effectiveAt: EARNED };
    const message = { ...closed, status: 'closed' as const, reason: 'inactive' };
    const policy = whenAccountClosedForfeitTheRest(new PassingTime(ledger.application.accounts));
    await policy(told('ledger.account-status-changed.v1', [message]));
    const { revision, ...books } = await pointsOf('m-1');
    expect(books).toEqual({ available: 0n, held: 0n, breakage: 3_500n, pending: 0n });
    await policy(told('ledger.account-status-changed.v1', [message]));
    await expect(pointsOf('m-1')).resolves.toMatchObject({ revision });
  });
});

describe('when a minute has ended', () => {
  it('holds whose time is over are free, and those whose time is not stay', async () => {
    await earned('m-1');
    await hold('m-1', 60);
    await hold('m-1', 120);
    await minuteEnds('2026-11-02T10:01:00.000Z');
    await expect(pointsOf('m-1')).resolves.toMatchObject({ available: 60n, held: 40n });
    await minuteEnds('2026-11-02T10:02:00.000Z');
    await expect(pointsOf('m-1')).resolves.toMatchObject({ available: 100n, held: 0n });
  });

  it('the minute of another tenant touches nothing', async () => {
    await earned('m-1');
    await hold('m-1', 60);
    await minuteEnds('2026-11-02T10:01:00.000Z', 'other');
    await expect(pointsOf('m-1')).resolves.toMatchObject({ held: 40n });
  });
});
