import { reject, type Rejection } from '@tallystick/decider';
import {
  formatInstant,
  formatRational,
  MAX_AMOUNT,
  multiply,
  parseRational,
  round,
  splitByLargestRemainder,
  times,
} from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState } from '../account.state';
import type { ExchangePoints } from './decision.commands';
import { faultOfBalanceCap } from './balance-caps';
import { arrivedLot, EXCHANGE, isBound } from './lot-sources';
import type { SliceRow } from './decision.events';
import { drawn, faultOfSpending } from './holds';
import { legsOf, rowsOf, spendableLots } from './spendable';
import { movedLot } from './transfers';

/**
 * Changes points of one asset into points of another at a rate, rounded once by the named mode (capabilities L16). Each slice
 * becomes a lot that keeps its issuer and expiry and, in sum, its cost; parts by largest remainder, Σ = the rounded amount.
 */
export function exchangePoints(
  command: ExchangePoints,
  state: AccountState,
): readonly AccountEvent[] | Rejection<AccountRefusal> {
  const { asset, amount, toAsset, rate: text, rateVersion, rounding, exchange, at } = command;
  const rate = parseRational(text);
  if (!rate || rate.numerator <= 0n || asset === toAsset) return reject('rate-invalid', { asset, toAsset, rate: text });
  if (state.books.get(toAsset)?.score) return reject('asset-not-spendable', { asset: toAsset });
  const lots = spendableLots(state, asset, at).filter(({ lot }) => !isBound(lot.lot));
  const fault = faultOfSpending(state, asset, amount, lots);
  if (fault) return fault;
  const toAmount = round(times(amount, rate), rounding);
  if (toAmount > MAX_AMOUNT) return reject('amount-out-of-range', { asset: toAsset, limit: String(MAX_AMOUNT) });
  if (toAmount === 0n) return reject('exchange-too-small', { asset, amount: String(amount), toAsset });
  const beyond = faultOfBalanceCap(state, toAsset, toAmount, command.balanceCap);
  if (beyond) return beyond;
  const slices = drawn(lots, amount);
  const byName = new Map(lots.map(({ lot }) => [lot.lot, lot]));
  const parts = splitByLargestRemainder(
    toAmount,
    slices.map((slice) => slice.amount),
  );
  const received = slices.flatMap((slice, index) => {
    const part = parts[index]!;
    if (part === 0n) return [];
    const cost = multiply(parseRational(slice.unitCost)!, { numerator: slice.amount, denominator: part });
    return [{ from: byName.get(slice.lot)!, issuer: slice.issuer, unitCost: formatRational(cost), amount: part }];
  });
  if (received.some(({ unitCost }) => !parseRational(unitCost)))
    return reject('rate-invalid', { asset, toAsset, rate: text });
  const lotNames = received.map((_, index) => arrivedLot(EXCHANGE, exchange, index, toAsset));
  const rows = received.map(({ issuer, unitCost, amount: part }, index): SliceRow => [
    lotNames[index]!,
    issuer,
    unitCost,
    String(part),
  ]);
  const said = { asset, exchange, toAsset, amount: String(amount), toAmount: String(toAmount), rateVersion, rounding };
  const data = {
    ...state.owner!,
    ...said,
    rate: text,
    effectiveAt: formatInstant(at),
    slices: rowsOf(slices),
    received: rows,
    lots: received.map(({ from }, index) => movedLot({ ...from, lot: lotNames[index]! })),
    postings: [
      ...legsOf(asset, [[rowsOf(slices), 'available', 'moved']]),
      ...legsOf(toAsset, [[rows, 'moved', 'available']]),
    ],
  };
  return [{ type: 'PointsExchanged', version: 1, data }];
}
