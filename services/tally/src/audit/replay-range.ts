import { createHash } from 'node:crypto';
import {
  bodyOf,
  canonicalJson,
  type EventStore,
  eventsAfter,
  type Position,
  position,
  type RecordedEvent,
} from '@tallystick/decider';
import { accountDecider, type AccountState, RunningFold } from '@tallystick/ledger-domain';
import { type Instant, instant } from '@tallystick/vocabulary';

const ACCOUNTS = 'account-';

/** A place in a log: a position, or all that was recorded by an instant. */
export type Bound = { readonly position: Position } | { readonly recordedBy: Instant };

export interface ReplayedRange {
  /** Events of accounts are counted behind this bound; absent: from the first. */
  readonly from?: Bound;
  /** Nothing behind this bound is known; absent: everything is. */
  readonly to?: Bound;
  /** What has taken effect by then counts; absent: everything, as it was booked. */
  readonly asOf?: Instant;
}

export interface ReplayReport {
  /** Position of the last event that was read; absent where there was none. */
  readonly through?: Position;
  /** Events of accounts in the range, and by type. */
  readonly events: number;
  readonly types: Readonly<Record<string, number>>;
  /** Accounts that the range touches, and all that are known at its end. */
  readonly touched: number;
  readonly accounts: number;
  /** Available amounts of all accounts at the end of the range, by asset. */
  readonly totals: Readonly<Record<string, string>>;
  /**
   * SHA-256, hexadecimal, over a line `<stream> <books>` of every account in the order of their names, books as canonical
   * JSON `{asset: {book: amount}}` without zeros: equal digests are equal balances in every book.
   */
  readonly digest: string;
}

/** Reads a bound: digits are a position of the log, anything else an instant; throws where it is neither. */
export function boundOf(text: string): Bound {
  return /^[0-9]{1,19}$/.test(text) ? { position: position(BigInt(text)) } : { recordedBy: instant(text) };
}

/**
 * Folds every account of a ledger log up to a bound, as of an instant where one is named, and counts the events of the range.
 * Each account's state is in memory, no event is kept.
 */
export async function replayRange(
  log: Pick<EventStore, 'scan' | 'readAll'>,
  { from, to, asOf }: ReplayedRange,
  onEvents?: (count: number) => void,
): Promise<ReplayReport> {
  const folds = new Map<string, RunningFold>();
  const touched = new Set<string>();
  const types = new Map<string, number>();
  let through: Position | undefined;
  const take = (event: RecordedEvent) => {
    const { stream, type, version } = event;
    let fold = folds.get(stream);
    if (!fold) folds.set(stream, (fold = new RunningFold(asOf)));
    fold.take(accountDecider.upcast(type, version, bodyOf<unknown>(event)));
    if (from && !isBehind(event, from)) return;
    touched.add(stream);
    types.set(type, (types.get(type) ?? 0) + 1);
  };
  for await (const page of eventsAfter(log)) {
    const end = to ? page.findIndex((event) => isBehind(event, to)) : -1;
    const known = end < 0 ? page : page.slice(0, end);
    for (const event of known) if (event.stream.startsWith(ACCOUNTS)) take(event);
    through = known.at(-1)?.position ?? through;
    onEvents?.(known.length);
    if (end >= 0) break;
  }
  return { through, ...counted(types), touched: touched.size, accounts: folds.size, ...summed(folds) };
}

function isBehind({ position: at, recordedAt }: RecordedEvent, bound: Bound): boolean {
  return 'position' in bound ? at > bound.position : recordedAt > bound.recordedBy;
}

function counted(types: ReadonlyMap<string, number>): Pick<ReplayReport, 'events' | 'types'> {
  const events = [...types.values()].reduce((sum, count) => sum + count, 0);
  return { events, types: Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function summed(folds: ReadonlyMap<string, RunningFold>): Pick<ReplayReport, 'totals' | 'digest'> {
  const digest = createHash('sha256');
  const totals = new Map<string, bigint>();
  for (const stream of [...folds.keys()].sort()) {
    const { books } = folds.get(stream)!.end();
    for (const [asset, { available }] of books) totals.set(asset, (totals.get(asset) ?? 0n) + available);
    digest.update(`${stream} ${canonicalJson(booksText(books))}\n`);
  }
  const texts = [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([asset, sum]) => [asset, String(sum)] as const);
  return { totals: Object.fromEntries(texts), digest: digest.digest('hex') };
}

function booksText(books: AccountState['books']): Record<string, Record<string, string>> {
  const texts: Record<string, Record<string, string>> = {};
  for (const [asset, { score: _, ...sums }] of books) {
    const moved = Object.entries(sums).filter(([, amount]) => amount !== 0n);
    if (moved.length > 0) texts[asset] = Object.fromEntries(moved.map(([book, amount]) => [book, String(amount)]));
  }
  return texts;
}
