export * from './account/account.commands';
export * from './account/account.decider';
export * from './account/account.events';
export * from './account/account.rejections';
export {
  type AccountState,
  type Accrual,
  type Fact,
  type Holding,
  lotOf,
  type Reversal,
} from './account/account.state';
export * from './account/account.upcasters';
export * from './assets/assets.decider';
