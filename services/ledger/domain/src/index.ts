export * from './account/account.commands';
export * from './account/account.decider';
export * from './account/account.events';
export * from './account/account.rejections';
export {
  type AccountState,
  type Accrual,
  type Clawback,
  type Debt,
  type Fact,
  type Hold,
  type Holding,
  lotOf,
  type Reversal,
} from './account/account.state';
export * from './account/account.upcasters';
export * from './account/decisions/decision.commands';
export * from './account/decisions/decision.events';
export * from './account/decisions/grant.commands';
export * from './account/decisions/grant.events';
export { partsOf } from './account/decisions/mixed-holds';
export * from './assets/asset-policy';
export * from './assets/asset-scope';
export * from './assets/assets.decider';
export { MOST_SLICES } from './account/decisions/passing-time';
export * from './prover/prover';
export * from './prover/shortest';
export * from './violations/violations.decider';
export * from './assets/expiry';
export * from './as-of/as-of';
export * from './as-of/diff';
export * from './as-of/history';
