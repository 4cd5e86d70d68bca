import type { AssetPolicy } from '@tallystick/ledger-domain';
import type { AssetPolicyBody } from './asset-policy.dto';

/** What an asset's policy says, in the form in which events keep it: numbers are decimal text. */
export function policyOf(body: AssetPolicyBody) {
  const { clawback, cancelGraceDays, priority, expiry, maturity, holdTtlSeconds, ...others } = body;
  const { dueDays, loan, reactivation, spendOrder, ...rest } = others;
  const policy = {
    ...rest,
    ...(dueDays !== undefined && { dueDays: String(dueDays) }),
    ...(loan && { loan: { ...loan, dueDays: String(loan.dueDays) } }),
    ...(reactivation && { reactivation: texts(reactivation) }),
    ...(spendOrder && { spendOrder: spendOrder.map(({ asset }) => asset) }),
    ...(clawback !== undefined && { clawback }),
    ...(cancelGraceDays !== undefined && { cancelGraceDays: String(cancelGraceDays) }),
    ...(priority !== undefined && { priority: String(priority) }),
    ...(expiry && { expiry: texts(expiry) }),
    ...(maturity && { maturity: texts(maturity) }),
    ...(holdTtlSeconds && { holdTtlSeconds: texts(holdTtlSeconds) }),
  };
  // The decider judges what the grammar of the body leaves open.
  return policy as AssetPolicy;
}

/** The inverse of {@link policyOf}. */
export function policyBody({
  cancelGraceDays,
  priority,
  expiry,
  maturity,
  holdTtlSeconds,
  dueDays,
  loan,
  reactivation,
  spendOrder,
  ...rest
}: AssetPolicy): AssetPolicyBody {
  return {
    ...rest,
    ...(dueDays !== undefined && { dueDays: Number(dueDays) }),
    ...(spendOrder && { spendOrder: spendOrder.map((asset) => ({ asset })) }),
    ...(loan && { loan: { ...loan, dueDays: Number(loan.dueDays) } }),
    ...(reactivation && {
      reactivation: { withinDays: Number(reactivation.withinDays), livesDays: Number(reactivation.livesDays) },
    }),
    ...(cancelGraceDays !== undefined && { cancelGraceDays: Number(cancelGraceDays) }),
    ...(priority !== undefined && { priority: Number(priority) }),
    ...(expiry && { expiry: numbers(expiry, ['days', 'months', 'plus']) }),
    ...(maturity && { maturity: numbers(maturity, ['days']) }),
    ...(holdTtlSeconds && { holdTtlSeconds: numbers(holdTtlSeconds, ['default', 'most']) }),
  };
}

function texts(part: object): Record<string, string> {
  const said = Object.entries(part).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}

function numbers(part: object, counts: readonly string[]): Record<string, string | number> {
  const entries = Object.entries(part) as [string, string][];
  return Object.fromEntries(entries.map(([name, text]) => [name, counts.includes(name) ? Number(text) : text]));
}
