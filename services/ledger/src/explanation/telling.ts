import { type Language, spoken } from '@tallystick/http';
import type { Explanation, ExplanationNode, GrantedBy, PointsWithdrawn } from '@tallystick/ledger-domain';
import { formatInstant } from '@tallystick/vocabulary';
import { type SentenceName, SENTENCES } from './sentences';

/** What one node says, of all of it or of the amount that one flow brings. */
export function sentenceOf(node: ExplanationNode, language: Language, amount = node.amount): string {
  return said(nameOf(node), node, language, amount);
}

/**
 * An explanation as lines to read: each lot (or score) with where it comes from above it and what became of it below it, two
 * blanks a step. `ofBalance`: what is available stands first.
 */
export function toldLines({ nodes, flows }: Explanation, language: Language, ofBalance: boolean): string[] {
  const known = new Map(nodes.map((node) => [node.key, node]));
  const lines: string[] = [];
  const say = (level: number, node: ExplanationNode, amount = node.amount) => {
    lines.push(`${'  '.repeat(level)}${sentenceOf(node, language, amount)}`);
  };
  const below = (level: number, key: string) => {
    for (const { from, to, amount } of flows) {
      if (from !== key) continue;
      say(level, known.get(to)!, amount);
      below(level + 1, to);
    }
  };
  const balance = nodes.find(({ kind }) => kind === 'available');
  if (ofBalance && balance) lines.push(said('balance', balance, language, balance.amount));
  const into = (key: string) => flows.filter(({ to }) => to === key).map(({ from }) => known.get(from)!);
  for (const node of nodes) {
    if (node.kind !== 'lot' && node.kind !== 'score' && node.kind !== 'further') continue;
    if (node.kind === 'further' && flows.some(({ from, to }) => from === node.key && known.get(to)?.kind === 'score')) {
      continue;
    }
    say(0, node);
    const told = new Set<string>();
    for (const origin of into(node.key)) {
      const [receipt] = into(origin.key);
      if (receipt && !told.has(receipt.key)) say(1, receipt);
      if (receipt) told.add(receipt.key);
      say(receipt ? 2 : 1, origin);
    }
    below(1, node.key);
  }
  return lines;
}

function nameOf({ kind, until, fromBreakage, lot, by, till, member }: ExplanationNode): SentenceName {
  if (kind === 'grant') return `grant-${by as GrantedBy}`;
  if (kind === 'withdrawal') return `withdrawal-${by as PointsWithdrawn['data']['by']}`;
  if (kind === 'hold' && till !== undefined) return 'lease';
  if (kind === 'hold' && member !== undefined) return 'pool-hold';
  if (kind === 'lot' && until === undefined) return 'lot-without-end';
  if (kind === 'return' && fromBreakage !== undefined) return 'return-of-expired';
  if (kind === 'exchange-out' && lot === undefined) return 'exchange-into-nothing';
  return kind;
}

function said(name: SentenceName, node: ExplanationNode, language: Language, amount: bigint): string {
  const { at, until, drawn, fromBreakage, count, purchase: _, stored: __, ...names } = node;
  return spoken(SENTENCES[name], language, {
    ...names,
    amount: String(amount),
    at: at === undefined ? undefined : formatInstant(at),
    until: until === undefined ? undefined : formatInstant(until),
    drawn: drawn === undefined ? undefined : String(drawn),
    fromBreakage: fromBreakage === undefined ? undefined : String(fromBreakage),
    count: count === undefined ? undefined : String(count),
  });
}
