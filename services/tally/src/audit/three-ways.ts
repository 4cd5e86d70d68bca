import type { Pool } from '@tallystick/postgres';
import type { AccountFold } from './account-fold';

/** One account and asset for which two of the three sources disagree; decimal text, absent where a source has none. */
export interface BalanceFault {
  readonly account: string;
  readonly asset: string;
  readonly projection?: string;
  readonly lots?: string;
  readonly fold?: string;
}

/**
 * Compares available amounts three ways: the balance rows, the sum of the lot rows (assets that have lots), and the fold
 * of the events (trust I2). Nothing may be appended in between.
 */
export async function compareThreeWays(pool: Pool, fold: AccountFold): Promise<BalanceFault[]> {
  const projection = await amounts(pool, 'select account::text, asset, available::text as amount from ledger.balance');
  const lots = await amounts(
    pool,
    'select account::text, asset, sum(available)::text as amount from ledger.lot group by account, asset',
  );
  const withLots = new Set([...lots.keys()].map(assetOf));
  const folded = fold.available();
  const faults: BalanceFault[] = [];
  for (const key of new Set([...projection.keys(), ...lots.keys(), ...folded.keys()])) {
    const [fromRows, fromLots, fromFold] = [projection.get(key), lots.get(key), folded.get(key)];
    const lotsAgree = !withLots.has(assetOf(key)) || (fromLots ?? 0n) === (fromFold ?? 0n);
    if ((fromRows ?? 0n) === (fromFold ?? 0n) && lotsAgree) continue;
    faults.push({
      account: key.slice(0, key.indexOf('/')),
      asset: assetOf(key),
      ...(fromRows !== undefined && { projection: String(fromRows) }),
      ...(fromLots !== undefined && { lots: String(fromLots) }),
      ...(fromFold !== undefined && { fold: String(fromFold) }),
    });
  }
  return faults;
}

function assetOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

async function amounts(pool: Pool, text: string): Promise<Map<string, bigint>> {
  const { rows } = await pool.query<{ account: string; asset: string; amount: string }>(text);
  return new Map(rows.map(({ account, asset, amount }) => [`${account}/${asset}`, BigInt(amount)]));
}
