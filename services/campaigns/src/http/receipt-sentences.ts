import type { Evaluation, FailedCondition, RuleVerdict, TakenBack } from '@tallystick/campaigns-domain';
import { type Language, type Sentence, spoken } from '@tallystick/http';

type SentenceName =
  | FailedCondition
  | 'no-rules'
  | 'rules'
  | 'tier'
  | 'lowest-tier'
  | 'applied'
  | 'factor'
  | 'returned'
  | 'line-back'
  | 'less-by-rule'
  | 'took';

/** Every sentence of an evaluation receipt, for people who never saw a rule set (capabilities C20, 5-4). */
export const RECEIPT_SENTENCES: Readonly<Record<SentenceName, Sentence>> = {
  'no-rules': { en: 'No rule set was in force', zh: '当时没有生效的规则集' },
  rules: { en: 'Rule set {version} ({hash})', zh: '规则集 {version}({hash})' },
  tier: { en: 'Tier {tier} since {validFrom}', zh: '等级 {tier},自 {validFrom} 起' },
  'lowest-tier': { en: 'Tier: the lowest of the program', zh: '等级:本计划最低等级' },
  applied: {
    en: 'rule {rule}: of {base} minor units that count exactly {exact} {asset}, rounded to {result}',
    zh: '规则 {rule}:计入 {base}(最小货币单位),精确值 {exact} {asset},舍入为 {result}',
  },
  factor: { en: 'times {factor} ({source})', zh: '乘以 {factor}({source})' },
  'no-member': { en: 'rule {rule} did not apply: there was no member', zh: '规则 {rule} 未适用:没有会员' },
  'other-unit': { en: 'rule {rule} did not apply: it is for other units', zh: '规则 {rule} 未适用:仅限其他业务单元' },
  'other-store': { en: 'rule {rule} did not apply: it is for other stores', zh: '规则 {rule} 未适用:仅限其他门店' },
  'other-format': { en: 'rule {rule} did not apply: it is for other formats', zh: '规则 {rule} 未适用:仅限其他业态' },
  'nothing-counts': {
    en: 'rule {rule} did not apply: nothing of the purchase counts for it',
    zh: '规则 {rule} 未适用:本次消费没有可计入的金额',
  },
  returned: { en: 'Return {source}/{id} of {effectiveAt} took back:', zh: '{effectiveAt} 的退货 {source}/{id} 冲回:' },
  'line-back': { en: 'line {line}: {amount} minor units back', zh: '第 {line} 行:退回 {amount}(最小货币单位)' },
  'less-by-rule': { en: 'rule {rule} gives {amount} {asset} less', zh: '规则 {rule} 少给 {amount} {asset}' },
  took: { en: '{amount} {asset}', zh: '{amount} {asset}' },
};

/** A receipt as lines to read: rule set, tier, what each rule said and why, what each return took back. */
export function receiptLines({ ruleSet, tier, rules, returns }: Evaluation, language: Language): string[] {
  const say = (name: SentenceName, facts: Readonly<Record<string, string | undefined>> = {}) =>
    spoken(RECEIPT_SENTENCES[name], language, facts);
  return [
    ruleSet ? say('rules', ruleSet) : say('no-rules'),
    tier ? say('tier', { tier: tier.tier, validFrom: tier.validFrom }) : say('lowest-tier'),
    ...rules.flatMap((rule) => verdictLines(rule, say)),
    ...returns.flatMap((back) => returnLines(back, say)),
  ];
}

type Say = (name: SentenceName, facts?: Readonly<Record<string, string | undefined>>) => string;

function verdictLines({ rule, asset, failed, base, factors, exact, result }: RuleVerdict, say: Say): string[] {
  if (failed) return [`  ${say(failed, { rule })}`];
  return [
    `  ${say('applied', { rule, asset, base, exact, result })}`,
    ...(factors ?? []).map(({ source, factor }) => `    ${say('factor', { source, factor })}`),
  ];
}

function returnLines(back: TakenBack, say: Say): string[] {
  const { source, id } = back.return;
  const { effectiveAt, lines, rules = [], amounts } = back;
  return [
    say('returned', { source, id, effectiveAt }),
    ...lines.map(({ line, amount }) => `  ${say('line-back', { line, amount })}`),
    ...rules.map(({ rule, asset, amount }) => `  ${say('less-by-rule', { rule, asset, amount })}`),
    ...amounts.map(({ asset, amount }) => `  ${say('took', { asset, amount })}`),
  ];
}
