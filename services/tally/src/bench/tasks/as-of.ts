import { accountId, Executor } from '@tallystick/decider';
import type { PostgresEventStore } from '@tallystick/event-store/postgres';
import { AccountPeriods } from '@tallystick/ledger/adapters/account-periods';
import { AccountPast } from '@tallystick/ledger/application/account-past';
import { accountDecider, type Axes } from '@tallystick/ledger-domain';
import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import { accrualOf, reversalOf, TENANT } from './account-commands';
import { chunks, twoAtATime, withLedgerStore } from './ledger-store';
import { type Place, type Timed, timed } from './place';

const ACCOUNT = accountId(TENANT, 'main', 'asked');
const PAIRS = 4_500;
const OPEN_LOTS = 1_000;
const QUESTIONS = 41;
/** Coprime to QUESTIONS: every instant is asked once, in another order than the knowledges. */
const AT_STEP = 17;

/** Milliseconds of wall clock and of this process's own time; the database's is in the first only. */
export interface QuestionCost {
  readonly ms: number;
  readonly cpuMs: number;
}

export interface AsOfRun extends Timed {
  readonly events: number;
  /** Each question about an account whose history is in memory: the store is asked what is newer. */
  readonly warm: readonly QuestionCost[];
  /** The question that nobody has asked before: all of its events are read, and states of periods are kept. */
  readonly first: QuestionCost;
}

export interface AsOfAgainRun extends Timed {
  /** Each question by a reader with nothing in memory, after another process has kept states of periods. */
  readonly cold: readonly QuestionCost[];
}

/**
 * Balances at instants and by knowledges spread over the life of an account of 10,000 events, each pair another mix of early
 * and late, as services/ledger answers them.
 */
export async function askingThePast({ databaseUrl, rootPid }: Place): Promise<AsOfRun> {
  return withLedgerStore(databaseUrl, async (store, pool) => {
    await fill(store);
    const past = pastOf(store, pool);
    const first = await costOf(() => ask(past, { at: Number.MAX_SAFE_INTEGER as Instant }));
    const { length } = (await past.history(TENANT, ACCOUNT))!;
    const axes = await questions(past);
    const warm: QuestionCost[] = [];
    const took = await timed(rootPid, async () => {
      for (const one of axes) warm.push(await costOf(() => ask(past, one)));
    });
    return { ...took, events: length, warm, first };
  });
}

/** The same questions by a process that has not read the account before, each by a reader of its own. */
export async function askingThePastAgain({ databaseUrl, rootPid }: Place): Promise<AsOfAgainRun> {
  return withLedgerStore(databaseUrl, async (store, pool) => {
    const axes = await questions(pastOf(store, pool));
    const cold: QuestionCost[] = [];
    const took = await timed(rootPid, async () => {
      for (const one of axes) cold.push(await costOf(() => ask(pastOf(store, pool), one)));
    });
    return { ...took, cold };
  });
}

function pastOf(store: PostgresEventStore, pool: Pool): AccountPast {
  return new AccountPast({ store, periods: new AccountPeriods(pool) });
}

async function ask(past: AccountPast, axes: Axes): Promise<void> {
  if (!(await past.balances(TENANT, ACCOUNT, axes))) throw new Error('the account that is asked about is not there');
}

async function costOf(work: () => Promise<void>): Promise<QuestionCost> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1_000 };
}

async function fill(store: PostgresEventStore): Promise<void> {
  const accounts = new Executor({ decider: accountDecider, store, snapshots: store.snapshots });
  const items = Array.from({ length: PAIRS }, (_, at) => [accrualOf(at, 'asked'), reversalOf(at, 'asked')]).flat();
  for (let at = 0; at < OPEN_LOTS; at++) items.push(accrualOf(PAIRS + at, 'asked'));
  await twoAtATime(chunks(items, 500), async (batch) => {
    const { results } = await accounts.executeMany(batch);
    const bad = results.find(({ kind }) => kind !== 'appended');
    if (bad) throw new Error(`a command was not carried out: ${JSON.stringify(bad)}`);
  });
  await accounts.drain();
}

async function questions(past: AccountPast): Promise<Axes[]> {
  const { events } = (await past.history(TENANT, ACCOUNT))!;
  const placed = events.flatMap(({ countsFrom }) => countsFrom ?? []);
  const [first, last] = [Math.min(...placed), Math.max(...placed)];
  return Array.from({ length: QUESTIONS }, (_, question) => {
    const at = Math.round(first + ((last - first) * ((question * AT_STEP) % QUESTIONS)) / QUESTIONS) as Instant;
    const known = Math.floor((events.length * (question + 1)) / QUESTIONS);
    return { at, knownAt: events[known - 1]!.recordedAt };
  });
}
