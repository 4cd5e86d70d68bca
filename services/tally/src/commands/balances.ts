import type { SuiteClient } from '@tallystick/standalone';

interface ListedIdentifier {
  readonly identifier: string;
  readonly account: string;
}

interface ListedBalance {
  readonly account: string;
  readonly available: string;
}

/** The available amount of an asset for every enrolled identifier of a type, zero included, sorted bytewise. */
export async function allBalances(
  suite: SuiteClient,
  type: string,
  asset: string,
): Promise<{ identifier: string; balance: string }[]> {
  const available = new Map<string, string>();
  for await (const page of suite.pages<ListedBalance>(`/v1/balances?asset=${encodeURIComponent(asset)}&limit=500`)) {
    for (const row of page) available.set(row.account, row.available);
  }
  const balances: { identifier: string; balance: string }[] = [];
  for await (const page of suite.pages<ListedIdentifier>(`/v1/members?type=${encodeURIComponent(type)}&limit=500`)) {
    for (const { identifier, account } of page) balances.push({ identifier, balance: available.get(account) ?? '0' });
  }
  return balances.sort((a, b) => Buffer.compare(Buffer.from(a.identifier), Buffer.from(b.identifier)));
}

/** `identifier,balance` lines with a header; a cell that a spreadsheet would take for a formula is quoted. */
export function csvOf(balances: readonly { identifier: string; balance: string }[]): string {
  return ['identifier,balance', ...balances.map(({ identifier, balance }) => `${cell(identifier)},${balance}`)].join(
    '\n',
  );
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r\0]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}
