import { type Decider, type DomainEvent, reject, type Rejection, UnknownEvent } from '@tallystick/decider';
import { compileRules } from './compile-rules';
import type { RuleSet } from './compiled-rules';
import { ContentFault, GrowthFault } from './content-reader';
import type { RuleSetContent } from './rule-set.content';

/** A rule set in force from `validFrom` on; never changed afterwards. `hash` is SHA-256 of the canonical content, hex. */
export type RuleSetPublished = DomainEvent<
  'RuleSetPublished',
  { readonly version: string; readonly hash: string; readonly validFrom: string; readonly content: RuleSetContent }
>;

/** Publishes a rule set. Without `validFrom` it is in force from `now` on, and content that already stands is enough. */
export interface PublishRuleSet {
  readonly kind: 'publish-rule-set';
  /** As it came from outside: the decider judges its shape. */
  readonly content: unknown;
  readonly hash: string;
  readonly validFrom?: string;
  readonly now: string;
}

export interface RuleSetState {
  readonly published: RuleSet[];
}

export type RuleSetRefusal = 'rule-set-invalid' | 'growth-rule-invalid';

/** The rule sets of one program: versioned, hashed, effective-dated, immutable (capabilities C8, design §3). */
export const ruleSetDecider: Decider<RuleSetState, PublishRuleSet, RuleSetPublished, RuleSetRefusal> = {
  kind: 'ruleset',
  initial: () => ({ published: [] }),
  decide({ content, hash, validFrom, now }, { published }) {
    const fault = faultOf(content);
    if (fault) return fault;
    const last = published[published.length - 1];
    if (last && last.hash === hash && (validFrom === undefined || validFrom === last.validFrom)) return [];
    const data = {
      version: String(published.length + 1),
      hash,
      validFrom: validFrom ?? now,
      content: content as RuleSetContent,
    };
    return [{ type: 'RuleSetPublished', version: 1, data }];
  },
  evolve(state, { data }) {
    state.published.push({
      version: data.version,
      hash: data.hash,
      validFrom: data.validFrom,
      compiled: compileRules(data.content),
    });
    return state;
  },
  invariants: ({ published }) =>
    published.flatMap(({ version }, index) =>
      version === String(index + 1) ? [] : [`version ${version} is number ${index + 1}`],
    ),
  refusals: {
    'rule-set-invalid': {
      family: 'invalid',
      retryable: false,
      precedence: 1,
      title: { en: 'The rule set is not well-formed', zh: '规则集格式不正确' },
    },
    'growth-rule-invalid': {
      family: 'invalid',
      retryable: false,
      precedence: 2,
      title: {
        en: 'Growth counts cash paid and does not depend on the tier',
        zh: '成长值仅按实付现金计算,且不得依赖会员等级',
      },
    },
  },
  upcast(type, version, data) {
    if (type !== 'RuleSetPublished' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as RuleSetPublished['data'] };
  },
};

function faultOf(content: unknown): Rejection<RuleSetRefusal> | undefined {
  try {
    compileRules(content);
    return undefined;
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error;
    const code = error instanceof GrowthFault ? 'growth-rule-invalid' : 'rule-set-invalid';
    return reject(code, { pointer: error.pointer, fault: error.message });
  }
}
