import { accountId } from '@tallystick/decider';
import type { PurchaseContent, ReturnContent } from '@tallystick/campaigns-domain';
import type { AccountState } from '@tallystick/ledger-domain';
import type { MemberState } from '@tallystick/membership-domain';
import { formatInstant } from '@tallystick/vocabulary';
import type { Violation, World } from '../simulate';
import { PROGRAM, STORES, TENANT } from '../suite/program';
import type { Readings } from './folds';
import { acceptedFacts, type AcceptedPurchase, type AcceptedReturn } from './accepted-facts';
import { SPENDERS } from '../work/spending';
import { growthOf, pointsOf, tierBefore, type TierPeriod, tiersOf } from './naive-rules';
import { type NaiveFact, naiveLedger, type NaiveOutcome, SCORE } from './naive-ledger';

/**
 * Balances, lots, reversals and tiers are what the accepted purchases and returns say, by a model that knows no order of
 * arrival, no picture and none of the services' code (trust.md F5; capabilities L13).
 */
export function modelChecks(world: World, readings: Readings): Violation[] {
  const { purchases, returns } = acceptedFacts(world);
  const members = new Set([...purchases, ...returns].flatMap(({ member }) => member ?? []));
  for (const { item } of world.callers.promised.carriedOut) members.add(item.command.holder);
  return [...members].flatMap((member) => {
    const own = purchases.filter((one) => one.member === member);
    const strays = returns.filter((one) => one.member === member);
    const desk = deskFacts(world, member);
    const growth = naiveLedger([...own.flatMap((one) => facts(one, [])), ...strays.map(strayFact), ...desk]);
    const tiers = tiersOf(growthSteps(own, strays, growth));
    const all = [...own.flatMap((one) => facts(one, tiers)), ...strays.map(strayFact), ...desk];
    const isSpender = (SPENDERS as readonly string[]).includes(member);
    // What decisions drew depends on when they came: another model follows those accounts.
    const ledger = isSpender ? [] : ledgerFaults(readings, member, naiveLedger(all));
    return [...tierFaults(readings, member, tiers), ...ledger];
  });
}

/** A purchase and its returns as facts of the account, points by the tiers given. */
function facts({ key, content, unit, returns }: AcceptedPurchase, tiers: readonly TierPeriod[]): NaiveFact[] {
  const [source = '', id = ''] = key.split(':');
  const { occurredAt } = content;
  const tier = tierBefore(tiers, occurredAt);
  const kept = new Map(content.lines.map(({ line, amount }) => [line, BigInt(amount)]));
  const worth = () => {
    const base = [...kept.values()].reduce((sum, amount) => sum + amount, 0n);
    return { POINTS: pointsOf(base, occurredAt, tier), [SCORE]: growthOf(base) };
  };
  const granted = worth();
  let before = granted;
  const purchase = {
    kind: 'accrual',
    at: occurredAt,
    source,
    id,
    issuer: unit,
    amounts: new Map(Object.entries(granted)),
  };
  const inOrder = [...returns].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return [
    purchase as NaiveFact,
    ...inOrder.map((one): NaiveFact => {
      for (const { line, amount } of one.content.lines) kept.set(line, kept.get(line)! - BigInt(amount!));
      const after = worth();
      const amounts = new Map(
        Object.entries(after).map(([asset, left]) => [asset, before[asset as keyof typeof before]! - left]),
      );
      before = after;
      const [returnSource = '', returnId = ''] = one.key.split(':');
      const at = one.content.occurredAt > occurredAt ? one.content.occurredAt : occurredAt;
      return { kind: 'reversal', at, source: returnSource, id: returnId, issuer: unit, purchase: key, amounts };
    }),
  ];
}

function orderOf({ key, content }: { readonly key: string; readonly content: ReturnContent }): string {
  return `${content.occurredAt} ${key}`;
}

/** What an unlinked return asks by the tier that was heard when it came. */
function strayFact({ key, content, tier }: AcceptedReturn): NaiveFact {
  const [source = '', id = ''] = key.split(':');
  const base = content.lines.reduce((sum, { amount }) => sum + BigInt(amount!), 0n);
  const amounts = new Map([
    ['POINTS', pointsOf(base, content.occurredAt, tier)],
    [SCORE, growthOf(base)],
  ]);
  return { kind: 'reversal', at: content.occurredAt, source, id, issuer: unitOf(content), amounts };
}

function unitOf({ store }: Pick<PurchaseContent, 'store'>): string {
  return STORES.find(({ node }) => node === store)!.unit!;
}

function deskFacts({ callers }: World, member: string): NaiveFact[] {
  return callers.promised.carriedOut.flatMap(({ item: { command }, result }): NaiveFact[] => {
    if (command.kind !== 'reverse-unlinked' || command.holder !== member || result.kind === 'rejected') return [];
    const { source, id } = command.return;
    const amounts = new Map(command.amounts.map(({ asset, amount }) => [asset, amount]));
    return [{ kind: 'reversal', at: formatInstant(command.effectiveAt), source, id, issuer: command.issuer, amounts }];
  });
}

/** Changes of growth by the instant from which they count. */
function growthSteps(
  purchases: readonly AcceptedPurchase[],
  strays: readonly AcceptedReturn[],
  { taken }: NaiveOutcome,
): { readonly at: string; readonly amount: bigint }[] {
  const all = [...purchases.flatMap((one) => facts(one, [])), ...strays.map(strayFact)];
  return all.map(({ kind, at, source, id, purchase = '', amounts }) => {
    if (kind === 'accrual') return { at, amount: amounts.get(SCORE)! };
    return { at, amount: -(taken.get(`${source}:${id} ${purchase} ${SCORE}`) ?? 0n) };
  });
}

function tierFaults(readings: Readings, member: string, tiers: readonly TierPeriod[]): Violation[] {
  const stream = `member-${TENANT}_${member}`;
  const { history } = readings.stateOf(stream) as MemberState;
  const told = history.map(({ tier, validFrom }) => `${tier} from ${validFrom}`).join(', ');
  const wanted = tiers.map(({ tier, validFrom }) => `${tier} from ${validFrom}`).join(', ');
  return told === wanted
    ? []
    : [{ check: 'tiers-are-model', what: `${told || 'none'}, not ${wanted || 'none'}`, stream }];
}

function ledgerFaults(readings: Readings, member: string, { balances, lots, taken }: NaiveOutcome): Violation[] {
  const stream = `account-${TENANT}_${accountId(TENANT, PROGRAM, member)}`;
  const state = readings.stateOf(stream) as AccountState;
  const violations: Violation[] = [];
  const differ = (check: string, told: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): void => {
    for (const name of new Set([...told.keys(), ...wanted.keys()])) {
      if (told.get(name) === wanted.get(name)) continue;
      violations.push({
        check,
        what: `${name}: ${told.get(name) ?? 'none'}, not ${wanted.get(name) ?? 'none'}`,
        stream,
      });
    }
  };
  const toldLots = new Map<string, string>();
  const toldTaken = new Map<string, string>();
  for (const fact of state.facts) {
    if (fact.kind === 'accrual') {
      for (const { lot, remaining } of fact.holdings) if (lot !== undefined) toldLots.set(lot, String(remaining));
      continue;
    }
    for (const { asset, taken: got } of fact.items) {
      toldTaken.set(`${fact.source}:${fact.id} ${fact.purchase ?? ''} ${asset}`, String(got));
    }
  }
  const told = [...state.books].map(([asset, { available, uncollectable }]): [string, string] => [
    asset,
    `${available} and ${-uncollectable} lost`,
  ]);
  const wanted = [...balances].map(([asset, { available, lost }]): [string, string] => [
    asset,
    `${available} and ${lost} lost`,
  ]);
  differ('balances-are-model', new Map(told), new Map(wanted));
  differ('lots-are-model', toldLots, texts(lots));
  differ('reversals-are-model', toldTaken, texts(taken));
  return violations;
}

function texts(amounts: ReadonlyMap<string, bigint>): ReadonlyMap<string, string> {
  return new Map([...amounts].map(([name, amount]) => [name, String(amount)]));
}
