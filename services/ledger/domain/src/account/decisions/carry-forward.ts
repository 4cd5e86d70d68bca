import { contentHash } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import { BOOKS } from '../account.events';
import { type AccountState, type Accrual, expiryOf, type Hold, type Reversal } from '../account.state';
import { lineagesText } from '../lineage';
import type { CarryForward } from './decision.commands';
import type { BooksCarriedForward } from './decision.events';

/**
 * Says what the account is at this point of its stream: every book, how many facts and lots make it, and a hash of all of them.
 * Nothing moves. Whoever checked the stream up to here starts from it; a fact that comes later is booked after it (capabilities
 * L19, docs/decisions/0040).
 */
export function carryForward({ closing, at }: CarryForward, state: AccountState): BooksCarriedForward[] {
  const said = { closing, ...openingOf(state), effectiveAt: formatInstant(at) };
  return [{ type: 'BooksCarriedForward', version: 1, data: { ...state.owner!, ...said, postings: [] } }];
}

/** What an account opens with; Σ balances = 0 per asset. */
export type Opening = Pick<BooksCarriedForward['data'], 'balances' | 'facts' | 'lots' | 'state'>;

/** The opening balance of an account as its events have made it: the same for the same events, whoever folds them. */
export function openingOf(state: AccountState): Opening {
  const lines = state.facts.map((fact) => (fact.kind === 'accrual' ? accrualLine(fact) : reversalLine(fact)));
  for (const hold of state.holds.values()) lines.push(holdLine(hold));
  lines.push(`${state.frozen} ${state.pausedAt ?? ''} ${state.closed}`);
  for (const { debt, owed, dueAt } of state.debts?.values() ?? []) lines.push(`debt ${debt} ${owed} ${dueAt}`);
  for (const [asset, amount] of state.repaidAcross ?? []) lines.push(`repaid across ${asset} ${amount}`);
  for (const [lease, { amount, unit }] of state.late) lines.push(`late ${lease} ${amount} ${unit}`);
  for (const [name, content] of state.done) lines.push(`said ${name}: ${content}`);
  for (const key of state.capped?.keys() ?? []) lines.push(`capped ${key}`);
  if (state.absorbed) lines.push(JSON.stringify(lineagesText(state.absorbed)));
  if (state.pool) lines.push(`pool ${state.pool.opened} ${[...state.pool.members.keys()].join(' ')}`);
  const balances = [...state.books].flatMap(([asset, books]) =>
    BOOKS.filter((book) => books[book] !== 0n).map((book) => [book, asset, String(books[book])] as const),
  );
  const open = state.facts.flatMap((fact) => (fact.kind === 'accrual' ? fact.holdings : []));
  const lots = open.filter(({ lot, remaining }) => lot !== undefined && remaining > 0n).length;
  return { balances, facts: String(state.facts.length), lots: String(lots), state: contentHash(lines.join('\n')) };
}

function accrualLine(accrual: Accrual): string {
  const { source, id, at, issuer, revision, holdings } = accrual;
  const parts = holdings.map((holding) => {
    const { asset, unitCost, priority, pending, activatedAt = '', granted, remaining, used } = holding;
    const { held = 0n, spent = 0n, expired = 0n, moved = 0n } = used ?? {};
    const terms = `${asset} ${unitCost} ${priority} ${activatedAt} ${expiryOf(holding) ?? ''} ${pending ? 'pending' : 'active'}`;
    return `${terms} ${granted} ${remaining} ${held} ${spent} ${expired} ${moved}`;
  });
  return [`accrual ${source}:${id} ${at} ${issuer} ${revision}`, ...parts].join('; ');
}

function reversalLine({ source, id, purchase = '', at, revision, items }: Reversal): string {
  const parts = items.map(({ asset, asked, taken, deficit, onHold, slices = [] }) => {
    const drawn = slices.map(({ lot, amount, expired }) => `${amount} of ${lot}${expired ? ' expired' : ''}`);
    return `${asset} ${asked} ${taken} ${deficit} ${onHold} ${drawn.join(', ')}`;
  });
  return [`reversal ${source}:${id} ${purchase} ${at} ${revision}`, ...parts].join('; ');
}

function holdLine({ hold, asset, amount, until, unit, state, captured, slices, till = '', member = '' }: Hold): string {
  const drawn = slices.map((slice) => `${slice.amount} of ${slice.lot}`);
  return `hold ${hold} ${asset} ${amount} ${until} ${unit} ${till} ${member} ${state} ${captured} ${drawn.join(', ')}`;
}
