import { accountId, type Decider, isRejection, reject, type Rejection } from '@tallystick/decider';
import { MAX_BALANCE } from '@tallystick/vocabulary';
import { isWithin } from '../assets/asset-scope';
import type { AccountCommand, ApplyEvaluation, AssetAmount, FactCommand } from './account.commands';
import { type AccountEvent, BOOKS } from './account.events';
import { eventsOfPurchase, eventsOfReturn } from './account.facts';
import { evolveAccount } from './account.evolve';
import { accountInvariants } from './account.invariants';
import { ACCOUNT_REFUSALS, type AccountRefusal } from './account.rejections';
import { accountSnapshot } from './account.snapshot';
import { type AccountState, emptyAccount, keyOf, reversalKey } from './account.state';
import { upcastAccount } from './account.upcasters';
import { eventsOfCapped, isCapped } from './capped-purchases';
import { withinBalance } from './decisions/balance-caps';
import { repaymentsBy } from './decisions/debts';
import { decideDecision } from './decisions/decision.decider';
import { Draft } from './decisions/draft';
import { faultOfMerge } from './decisions/merges';
import { lateLots } from './decisions/late-lots';
import { forfeitures } from './decisions/life-cycle';
import { pictureOfPurchase, pictureOfReturn } from './picture';

/**
 * The account of one holder in one program: every asset, every lot. Facts (purchases and returns) are ordered by
 * when they took effect and never by arrival; whatever the order in which their pictures come, the account ends alike
 * (capabilities L3, L7 within_balance, L12, L13).
 */
export const accountDecider: Decider<AccountState, AccountCommand, AccountEvent, AccountRefusal> = {
  kind: 'account',
  initial: emptyAccount,
  decide(command, state) {
    const events = isFact(command) ? decideFact(command, state) : decideDecision(command, state);
    return isRejection(events) ? events : (outOfRange(events, state) ?? events);
  },
  evolve: evolveAccount,
  invariants: accountInvariants,
  refusals: ACCOUNT_REFUSALS,
  upcast: upcastAccount,
  snapshot: accountSnapshot,
};

function isFact(command: AccountCommand): command is FactCommand {
  return command.kind === 'apply-evaluation' || command.kind === 'reverse-unlinked';
}

function decideFact(command: FactCommand, state: AccountState): readonly AccountEvent[] | Rejection<AccountRefusal> {
  if (isKnown(command, state)) return [];
  const fault = faultOfMerge(command.of, state) ?? faultOf(command, state);
  if (fault) return fault;
  if (state.closed && command.kind === 'apply-evaluation' && !state.accruals.has(keyOf(command.purchase))) {
    return reject('account-closed', { account: command.account });
  }
  const events = opened(command, state);
  if (command.kind === 'reverse-unlinked') {
    events.push(...eventsOfReturn(command, state, pictureOfReturn(command, state)));
    return state.closed ? forfeited(events, command, state) : events;
  }
  const said = isCapped(command, state)
    ? eventsOfCapped(command, state, events)
    : eventsOfUncapped(command, state, events);
  if (state.closed) return forfeited(said, command, state);
  const paid = state.debts === undefined ? said : repaying(said, state);
  return command.balanceCaps ? withinBalance(paid, command, state) : paid;
}

function eventsOfUncapped(command: ApplyEvaluation, state: AccountState, events: AccountEvent[]): AccountEvent[] {
  const picture = pictureOfPurchase(command, state);
  events.push(...eventsOfPurchase(command, state, picture), ...lateLots(picture, state));
  return events;
}

/** What is earned repays loans first. */
function repaying(events: readonly AccountEvent[], state: AccountState): AccountEvent[] {
  const draft = new Draft(state);
  draft.add(events);
  draft.add(repaymentsBy(events, draft.state));
  return draft.events;
}

/** A closed account keeps nothing that comes back to it. */
function forfeited(events: readonly AccountEvent[], { effectiveAt }: FactCommand, state: AccountState): AccountEvent[] {
  const draft = new Draft(state);
  draft.add(events);
  draft.add(forfeitures(draft.state, effectiveAt));
  return draft.events;
}

/** True where this picture or a newer one of the same purchase or return was applied. */
function isKnown(command: FactCommand, state: AccountState): boolean {
  const known =
    command.kind === 'apply-evaluation'
      ? state.accruals.get(keyOf(command.purchase))
      : state.reversals.get(reversalKey(command.return));
  return known !== undefined && command.revision <= known.revision;
}

function opened({ tenant, program, holder }: FactCommand, state: AccountState): AccountEvent[] {
  if (state.owner) return [];
  return [{ type: 'AccountOpened', version: 1, data: { tenant, program, holder } }];
}

function faultOf(command: FactCommand, state: AccountState): Rejection<AccountRefusal> | undefined {
  const { tenant, account, program, holder } = command;
  const { owner } = state;
  const matches = owner
    ? owner.program === program && owner.holder === holder
    : accountId(tenant, program, holder) === account;
  if (!matches) return reject('account-mismatch', { account, program, holder });
  return command.kind === 'apply-evaluation' ? faultOfPurchase(command, state) : faultOfAmounts(command.amounts, state);
}

function faultOfPurchase(command: ApplyEvaluation, state: AccountState): Rejection<AccountRefusal> | undefined {
  const fault = faultOfAmounts(command.grants, state);
  if (fault) return fault;
  for (const { asset, amount, scope } of command.grants) {
    if (scope !== undefined && amount > 0n && !isWithin(scope, command.issuer, command.store)) {
      return reject('asset-out-of-scope', { asset, unit: command.issuer });
    }
  }
  const named = new Set<string>();
  for (const linked of command.returns) {
    const key = keyOf(linked.return);
    if (named.has(key)) return reject('asset-repeated', { return: key });
    named.add(key);
    const wrong = faultOfAmounts(linked.amounts, state);
    if (wrong) return wrong;
  }
  return undefined;
}

function faultOfAmounts(amounts: readonly AssetAmount[], state: AccountState): Rejection<AccountRefusal> | undefined {
  for (let i = 0; i < amounts.length; i++) {
    const { asset, score } = amounts[i]!;
    for (let j = 0; j < i; j++) if (amounts[j]!.asset === asset) return reject('asset-repeated', { asset });
    const known = state.books.get(asset);
    if (known && known.score !== score) return reject('asset-kind-conflict', { asset });
  }
  return undefined;
}

/** No balance leaves 64 bits after any of the events: an event that rows cannot hold would stop every projection. */
function outOfRange(events: readonly AccountEvent[], state: AccountState): Rejection<AccountRefusal> | undefined {
  if (hasRoom(events, state)) return undefined;
  const sums = new Map<string, bigint>();
  for (const event of events) {
    if (event.type === 'AccountOpened') continue;
    for (const [book, asset, , amount] of event.data.postings) {
      const key = `${book} ${asset}`;
      const sum = (sums.get(key) ?? state.books.get(asset)?.[book] ?? 0n) + BigInt(amount);
      sums.set(key, sum);
      if (sum > MAX_BALANCE || sum < -MAX_BALANCE) {
        return reject('amount-out-of-range', { asset, book, limit: String(MAX_BALANCE) });
      }
    }
  }
  return undefined;
}

/** No hundred postings of at most 9·10¹⁵ carry a book from below this to the limit. */
const ROOMY = 1n << 62n;

/** True where the events cannot come near the limit, whatever they post. */
function hasRoom(events: readonly AccountEvent[], state: AccountState): boolean {
  let postings = 0;
  for (const { type, data } of events) if (type !== 'AccountOpened') postings += data.postings.length;
  if (postings > 100) return false;
  for (const book of state.books.values()) {
    for (const name of BOOKS) if (book[name] > ROOMY || book[name] < -ROOMY) return false;
  }
  return true;
}
