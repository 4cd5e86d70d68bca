import type { SuiteClient } from '@tallystick/standalone';
import type { Command } from 'commander';
import { type AsOfOptions, asOfQuery } from './as-of';
import { resolveMember } from './member';
import { inSession } from './session';

interface Options extends AsOfOptions {
  readonly asset: string;
  readonly lot?: string;
  readonly type: string;
  readonly lang: string;
}

interface Explanation {
  readonly nodes: readonly {
    readonly kind: string;
    readonly source?: string;
    readonly id?: string;
    readonly purchase?: { readonly source: string; readonly id: string };
    readonly receipt?: string;
  }[];
  readonly text: readonly string[];
}

interface Receipt {
  readonly receipt: string;
  readonly text: readonly string[];
}

/**
 * Explains a balance, or one lot whole: then the receipts of its purchase and returns, which the ledger names by their hashes,
 * are fetched from campaigns, so that what each rule said, and says no more, stands beside what came of it.
 */
export async function runExplain(identifier: string, options: Options, command: Command): Promise<void> {
  const { asset, lot, type, lang } = options;
  await inSession(command, async ({ suite: { client }, tell }) => {
    const { account } = await resolveMember(client, identifier, type);
    const query = new URLSearchParams(asOfQuery(options));
    query.set('lang', lang);
    if (lot === undefined) query.set('asset', asset);
    const of = lot === undefined ? 'explanation' : `lots/${encodeURIComponent(lot)}/explanation`;
    const explanation = await client.get<Explanation>(`/v1/accounts/${account}/${of}?${query.toString()}`);
    const receipts = lot === undefined ? [] : await receiptsOf(client, explanation, lang);
    tell({ ...explanation, receipts }, [
      ...explanation.text,
      ...receipts.flatMap(({ receipt, text }) => ['', receipt, ...text.map((line) => `  ${line}`)]),
    ]);
  });
}

/** Those of purchases, and of their returns by the purchase's name; that of a return without a purchase by its own. */
async function receiptsOf(client: SuiteClient, { nodes }: Explanation, lang: string): Promise<Receipt[]> {
  const paths = nodes.flatMap(({ kind, source, id, purchase, receipt }) => {
    if (kind !== 'receipt' && kind !== 'return') return [];
    const [of, owner] =
      kind === 'return' && !purchase ? ['returns', { source, id }] : ['purchases', purchase ?? { source, id }];
    return [`/v1/${of}/${owner.source}/${owner.id}/receipts/${receipt}?lang=${lang}`];
  });
  const receipts: Receipt[] = [];
  for (const path of new Set(paths)) receipts.push(await client.get<Receipt>(path));
  return receipts;
}
