import { fold, scenario } from '@tallystick/decider';
import { growthPerYuan, pointPerYuan } from '../examples/examples';
import { RuleBook } from './compiled-rules';
import { type PublishRuleSet, ruleSetDecider, type RuleSetPublished } from './rule-set.decider';

const NOW = '2026-11-24T10:00:00.000Z';
const JANUARY = '2027-01-01T00:00:00.000Z';
const content = { rules: [pointPerYuan] };
const publish = (more: Partial<PublishRuleSet> = {}): PublishRuleSet => ({
  kind: 'publish-rule-set',
  content,
  hash: 'a',
  now: NOW,
  ...more,
});
const published = (data: Partial<RuleSetPublished['data']> = {}): RuleSetPublished => ({
  type: 'RuleSetPublished',
  version: 1,
  data: { version: '1', hash: 'a', validFrom: NOW, content, ...data },
});
const ruleSets = scenario(ruleSetDecider);

describe('publish rule set', () => {
  it('publishes version 1, in force from now on', () => {
    ruleSets.given().when(publish()).then(published());
  });

  it('publishes the next version from the instant named', () => {
    ruleSets
      .given(published())
      .when(publish({ hash: 'b', validFrom: JANUARY }))
      .then(published({ version: '2', hash: 'b', validFrom: JANUARY }));
  });

  it('says nothing new for the content that stands', () => {
    ruleSets
      .given(published())
      .when(publish({ now: JANUARY }))
      .thenNothing();
  });

  it('publishes again what an older version said', () => {
    ruleSets
      .given(published(), published({ version: '2', hash: 'b' }))
      .when(publish())
      .then(published({ version: '3' }));
  });

  it.each([
    ['an unknown field', { rules: [{ ...pointPerYuan, bonus: '1' }] }, '/rules/0/bonus'],
    ['a rate that is none', { rules: [{ ...pointPerYuan, rate: '1/0' }] }, '/rules/0/rate'],
    ['a negative rate', { rules: [{ ...pointPerYuan, rate: '-1' }] }, '/rules/0/rate'],
    ['a rule id used twice', { rules: [pointPerYuan, pointPerYuan] }, '/rules/1/id'],
    [
      'edges that do not rise',
      { rules: [{ ...pointPerYuan, brackets: { mode: 'whole', below: '1', edges: [{ from: '0', rate: '2' }] } }] },
      '/rules/0/brackets/edges/0/from',
    ],
    ['another kind', { rules: [{ ...pointPerYuan, kind: 'bonus' }] }, '/rules/0/kind'],
    ['an empty filter', { rules: [{ ...pointPerYuan, include: {} }] }, '/rules/0/include'],
    ['a list for an object', [], ''],
    [
      'more assets than one announcement can name',
      { rules: Array.from({ length: 21 }, (_, n) => ({ ...pointPerYuan, id: `r${n}`, asset: `COUNT-${n}` })) },
      '/rules',
    ],
    [
      'rules that round by order and by rule',
      {
        rules: [
          { ...pointPerYuan, rounding: { level: 'order' } },
          { ...pointPerYuan, id: 'b' },
        ],
      },
      '/rules/1/rounding',
    ],
  ])('refuses %s and names its place', (_, broken, pointer) => {
    const outcome = ruleSets
      .given()
      .when(publish({ content: broken }))
      .outcome();
    expect(outcome).toMatchObject({ rejected: 'rule-set-invalid', facts: { pointer } });
  });

  it('refuses growth that depends on the tier', () => {
    ruleSets
      .given()
      .when(publish({ content: { rules: [{ ...growthPerYuan, tierFactors: { gold: '2' } }] } }))
      .thenRefused('growth-rule-invalid', {
        pointer: '/rules/0/tierFactors',
        fault: 'growth may not depend on the tier',
      });
  });

  it('refuses growth for what was paid by coupon', () => {
    ruleSets
      .given()
      .when(publish({ content: { rules: [{ ...growthPerYuan, base: { tendersExcluded: ['points'] } }] } }))
      .thenRefused('growth-rule-invalid');
  });
});

describe('the rule set in force', () => {
  const state = fold(ruleSetDecider, [
    published(),
    published({ version: '2', hash: 'b', validFrom: JANUARY }),
    published({ version: '3', hash: 'c' }),
  ]);
  const book = new RuleBook(state.published);

  it('is the newest version whose validFrom is not after the instant', () => {
    expect(book.inForceAt(JANUARY)?.version).toBe('3');
    expect(book.inForceAt(NOW)?.version).toBe('3');
    expect(book.inForceAt('2026-11-24T09:59:59.999Z')).toBeUndefined();
  });

  it('knows whether any tier can change a result', () => {
    expect(book.dependsOnTier).toBe(false);
  });
});
