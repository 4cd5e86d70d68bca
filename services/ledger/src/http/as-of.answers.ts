import { type Caller, type ListAnswer, listAnswer, type Page, problem, problemOf } from '@tallystick/http';
import {
  type AccountEvent,
  type AccountHistory,
  type Axes,
  type BalanceAsOf,
  diff,
  type LineAsOf,
  linesAsOf,
  type LotAsOf,
  lotsAsOf,
  type PlacedEvent,
  postingsIn,
} from '@tallystick/ledger-domain';
import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import { ACCOUNT_PAST_REFUSALS, type AccountPast } from '../application/account-past';
import type { AsOfQuery, DiffAnswer, DiffEventAnswer, DiffQuery } from './as-of.dto';
import { resolved } from './resolved';
import type {
  BalanceAnswer,
  BalancesAnswer,
  LotAnswer,
  PostingAnswer,
  ResolvedAnswer,
  StatementLineAnswer,
} from './ledger.dto';

/** Answers about accounts at other times than now, folded from the stored events. */
export class AsOfAnswers {
  constructor(private readonly past: AccountPast) {}

  async balances(caller: Caller, account: string, query: AsOfQuery): Promise<BalancesAnswer> {
    const axes = await axesOf(this.past, query);
    const past = await this.past.balances(caller.tenant, account, axes);
    if (!past) throw problem('not-found');
    const { balances, seen } = past;
    return { balances: balances.map(balanceAnswer), ...(seen && { seen }) };
  }

  async lots(caller: Caller, account: string, query: AsOfQuery, page: Page): Promise<ListAnswer<LotAnswer>> {
    const { history, axes } = await this.asked(caller, account, query);
    const after = page.after?.[0] ?? '';
    const lots = lotsAsOf(history, axes).filter(({ lot }) => lot > after);
    return listAnswer(page, lots, ({ lot }) => [lot], lotAnswer(history));
  }

  /**
   * Newest first, what is due and unbooked at its own time. Pages hold together where `at` and `knownAt` are given: nothing
   * then comes between them.
   */
  async statement(
    caller: Caller,
    account: string,
    query: AsOfQuery,
    page: Page,
  ): Promise<ListAnswer<StatementLineAnswer>> {
    const { history, axes } = await this.asked(caller, account, query);
    const start = Number(page.after?.[0] ?? 0);
    const lines = [...linesAsOf(history, axes)].reverse();
    const rows = lines.map((line, index) => ({ line, next: String(index + 1) }));
    return listAnswer(page, rows.slice(start), ({ next }) => [next], statementLine);
  }

  /** What stored events of an account are about, by revision; `rows` are one after the other, newest first. */
  async resolved(
    { tenant }: Caller,
    account: string,
    rows: readonly { readonly revision: number }[],
  ): Promise<ReadonlyMap<number, ResolvedAnswer>> {
    const [newest, oldest] = [rows[0]?.revision, rows.at(-1)?.revision];
    if (newest === undefined || oldest === undefined) return new Map();
    const events = await this.past.events(tenant, account, oldest, newest - oldest + 1);
    return new Map(events.map(({ revision, event }) => [revision, resolved(event)]));
  }

  async diff(caller: Caller, account: string, query: DiffQuery): Promise<DiffAnswer> {
    const [from, to] = [instant(query.from), instant(query.to)];
    const { history, axes } = await this.asked(caller, account, { at: query.at ?? query.to, knownAt: query.to });
    if (from > to) throw problemOf({ rejected: 'known-at-reversed', facts: {} }, ACCOUNT_PAST_REFUSALS);
    const { events, due, changes } = diff(history, axes.at, from, to);
    const texts = (rows: typeof due) => rows.map((row) => ({ ...row, amount: String(row.amount) }));
    return { events: events.map(diffEvent), due: texts(due), changes: texts(changes) };
  }

  private asked(caller: Caller, account: string, query: AsOfQuery): ReturnType<typeof askedOf> {
    return askedOf(this.past, caller, account, query);
  }
}

/** The history and the instants that a question is about; an account of another tenant is as unknown as none. */
export async function askedOf(
  past: AccountPast,
  { tenant }: Caller,
  account: string,
  query: AsOfQuery,
): Promise<{ history: AccountHistory; axes: Axes }> {
  const axes = await axesOf(past, query);
  const history = await past.history(tenant, account);
  if (!history) throw problem('not-found');
  return { history, axes };
}

async function axesOf(past: AccountPast, { at, knownAt }: AsOfQuery): Promise<Axes> {
  const known = knownAt === undefined ? undefined : instant(knownAt);
  const refusal = known === undefined ? undefined : await past.refusalOf(known);
  if (refusal) throw problemOf(refusal, ACCOUNT_PAST_REFUSALS);
  return { at: at === undefined ? (Date.now() as Instant) : instant(at), knownAt: known };
}

function balanceAnswer({ asset, moved, ...amounts }: BalanceAsOf): BalanceAnswer {
  const { available, pending, held, uncollectable, deficit, breakage, due } = amounts;
  return {
    asset,
    available: String(available),
    pending: String(pending),
    held: String(held),
    uncollectable: String(uncollectable),
    deficit: String(deficit),
    revision: moved?.revision ?? 0,
    position: moved?.position ?? '',
    breakage: String(breakage),
    due: String(due),
  };
}

function lotAnswer(history: AccountHistory): (lot: LotAsOf) => LotAnswer {
  const granting = new Map<string, { readonly store: string; readonly revision: number }>();
  for (const { event, revision } of history.events) {
    if (event.type === 'PointsAccrued' || event.type === 'AccrualAmended') {
      for (const { lot } of event.data.grants) {
        if (lot !== undefined && !granting.has(lot)) granting.set(lot, { store: event.data.store, revision });
      }
    }
    if (event.type === 'PointsGranted') {
      const { unit, store = unit } = event.data;
      for (const [lot] of event.data.slices) granting.set(lot, { store, revision });
    }
    if (event.type === 'PointsCredited') granting.set(event.data.lot, { store: event.data.unit, revision });
  }
  return ({ effectiveAt, expiresAt, lot, asset, issuer, unitCost, ...amounts }) => {
    const { store, revision } = granting.get(lot) ?? { store: issuer, revision: 0 };
    const texts = Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));
    return {
      lot,
      asset,
      issuer,
      store,
      unitCost,
      effectiveAt: formatInstant(effectiveAt),
      ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
      ...(texts as Record<keyof typeof amounts, string>),
      revision,
    };
  };
}

function statementLine({ line: { event, stored } }: { readonly line: LineAsOf }): StatementLineAnswer {
  const { data } = event;
  const purchase = 'purchase' in data ? data.purchase : undefined;
  const source = 'reversal' in data ? data.reversal : purchase;
  return {
    ...(stored ? diffEvent(stored) : { due: true, ...movement(event) }),
    ...(source && { source }),
    ...(purchase && { purchase }),
    ...('receipt' in data && { receipt: data.receipt }),
    ...('store' in data && data.store !== undefined && { store: data.store }),
    ...resolved(event),
  };
}

function diffEvent({ event, revision, position, recordedAt }: PlacedEvent): DiffEventAnswer {
  return { revision, position, ...movement(event), recordedAt: formatInstant(recordedAt) };
}

function movement(event: AccountEvent): Pick<DiffEventAnswer, 'type' | 'effectiveAt' | 'postings'> {
  return {
    type: event.type,
    ...('effectiveAt' in event.data && { effectiveAt: event.data.effectiveAt }),
    postings: postingsIn(event).map(([book, asset, issuer, amount]): PostingAnswer => ({
      book,
      asset,
      issuer,
      amount,
    })),
  };
}
