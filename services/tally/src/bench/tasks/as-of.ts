import { bodyOf, Executor } from '@tallystick/decider';
import type { PostgresEventStore } from '@tallystick/event-store/postgres';
import { accountDecider, AccountHistory, type Axes, balancesAsOf } from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import { accrualOf, reversalOf, streamOf } from './account-commands';
import { chunks, twoAtATime, withLedgerStore } from './ledger-store';
import { type Place, type Timed, timed } from './place';

const STREAM = streamOf('asked');
const PAIRS = 4_500;
const OPEN_LOTS = 1_000;
const QUESTIONS = 41;
/** Coprime to QUESTIONS: every instant is asked once, in another order than the knowledges. */
const AT_STEP = 17;

export interface AsOfRun extends Timed {
  readonly events: number;
  /** Milliseconds of each question about an account whose history is in memory: the store is asked what is newer. */
  readonly warmMs: readonly number[];
  /** Milliseconds of each question about an account that was not asked for before: all of its events are read. */
  readonly coldMs: readonly number[];
}

/**
 * Balances at instants and by knowledges spread over the life of an account of 10,000 events, each pair another mix of early
 * and late, as services/ledger answers them.
 */
export async function askingThePast({ databaseUrl, rootPid }: Place): Promise<AsOfRun> {
  return withLedgerStore(databaseUrl, async (store) => {
    await fill(store);
    const history = new AccountHistory();
    const [first, last] = await bounds(store, history);
    const axesOf = (question: number): Axes => {
      const at = Math.round(first + ((last - first) * ((question * AT_STEP) % QUESTIONS)) / QUESTIONS) as Instant;
      const known = Math.floor((history.events.length * (question + 1)) / QUESTIONS);
      return { at, knownAt: history.events[known - 1]!.recordedAt };
    };
    const ask = async (question: number, known: AccountHistory): Promise<number> => {
      const started = performance.now();
      await readOn(store, known);
      balancesAsOf(known, axesOf(question));
      return performance.now() - started;
    };
    const [warmMs, coldMs]: [number[], number[]] = [[], []];
    const took = await timed(rootPid, async () => {
      for (let i = 0; i < QUESTIONS; i++) warmMs.push(await ask(i, history));
      for (let i = 0; i < QUESTIONS; i++) coldMs.push(await ask(i, new AccountHistory()));
    });
    return { ...took, events: history.events.length, warmMs, coldMs };
  });
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

async function bounds(store: PostgresEventStore, history: AccountHistory): Promise<[number, number]> {
  await readOn(store, history);
  const placed = history.events.flatMap(({ countsFrom }) => countsFrom ?? []);
  return [Math.min(...placed), Math.max(...placed)];
}

async function readOn(store: PostgresEventStore, history: AccountHistory): Promise<void> {
  const newer = await store.readStreams(new Map([[STREAM, history.events.length]]));
  for (const event of newer.get(STREAM) ?? []) {
    const { revision, position, recordedAt, hash, type, version } = event;
    const known = accountDecider.upcast(type, version, bodyOf<unknown>(event));
    history.take({ revision, position, recordedAt, hash: Buffer.from(hash).toString('hex'), event: known });
  }
}
