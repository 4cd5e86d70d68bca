export * from './member/member.decider';
export * from './member/member.events';
export * from './tier-policy/tier-history';
export * from './tier-policy/tier-policy.decider';
