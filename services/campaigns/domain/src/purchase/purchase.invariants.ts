import type { PurchaseState } from './purchase.state';

/** What must hold of every purchase: an allocation sums to its grant, and returns take back no more than was granted. */
export function purchaseInvariants({ recorded, returns }: PurchaseState): string[] {
  if (!recorded) return returns.size === 0 ? [] : ['returns are recorded without their purchase'];
  const { grants, returns: takenBack } = recorded.evaluation;
  const broken: string[] = [];
  if (takenBack.length !== returns.size)
    broken.push(`${takenBack.length} of ${returns.size} returns are in the picture`);
  for (const { asset, amount, allocation } of grants) {
    const allocated = sumOf(allocation.map((share) => share.amount));
    if (String(allocated) !== amount) broken.push(`${asset}: ${allocated} of ${amount} is allocated`);
    const taken = sumOf(
      takenBack.flatMap(({ amounts }) => amounts).flatMap((one) => (one.asset === asset ? one.amount : [])),
    );
    if (taken > BigInt(amount)) broken.push(`${asset}: ${taken} of ${amount} is taken back`);
  }
  for (const { line, amount } of recorded.purchase.lines) {
    const back = sumOf(takenBack.flatMap(({ lines }) => lines).flatMap((one) => (one.line === line ? one.amount : [])));
    if (back > absolute(BigInt(amount))) broken.push(`line ${line}: ${back} of ${amount} is given back`);
  }
  return broken;
}

function sumOf(amounts: readonly string[]): bigint {
  return amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
}

function absolute(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
