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
export { hasAccrual, isCredited } from './account/decisions/decision.evolve';
export * from './account/decisions/decision.events';
export * from './adjustment-batch/adjustment-batch.decider';
export * from './adjustment-day/adjustment-day.decider';
export * from './adjustment-policy/adjustment-policy.decider';
export * from './adjustment-request/adjustment-request.decider';
export * from './account/decisions/grant.commands';
export * from './account/decisions/grant.events';
export { accrualHere, holdHere, isHere, lineageOf } from './account/lineage';
export { overdueName } from './account/decisions/said';
export { arrivingTransfer } from './account/decisions/lot-sources';
export * from './account/decisions/merge.events';
export { faultOfMerging, faultOfTakingIn, MOST_CARRIED } from './account/decisions/merges';
export * from './account/decisions/pool.events';
export * from './account/decisions/pool-standing';
export { partsOf } from './account/decisions/mixed-holds';
export * from './assets/asset-policy';
export * from './assets/asset-scope';
export * from './assets/assets.decider';
export * from './dispute/dispute.decider';
export { isFull } from './account/decisions/in-parts';
export { MOST_SLICES } from './account/decisions/spendable';
export * from './merges/merges.decider';
export * from './prover/prover';
export * from './prover/shortest';
export * from './violations/violations.decider';
export * from './assets/expiry';
export * from './explanation/explain';
export * from './explanation/graph';
export * from './explanation/resolution';
export * from './as-of/as-of';
export * from './as-of/diff';
export * from './as-of/history';
export * from './as-of/running-fold';
export * from './as-of/saved-start';
