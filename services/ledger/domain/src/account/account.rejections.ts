import type { RefusalTable } from '@tallystick/decider';

export type AccountRefusal =
  | 'account-mismatch'
  | 'asset-repeated'
  | 'asset-kind-conflict'
  | 'amount-out-of-range'
  | 'account-unknown'
  | 'hold-unknown'
  | 'hold-conflict'
  | 'decision-conflict'
  | 'hold-ended'
  | 'hold-not-captured'
  | 'account-frozen'
  | 'asset-not-spendable'
  | 'asset-out-of-scope'
  | 'asset-kind-unsuitable'
  | 'account-not-settled'
  | 'loan-limit-exceeded'
  | 'repayment-exceeds-debt'
  | 'nothing-to-reactivate'
  | 'price-invalid'
  | 'mixed-hold-whole'
  | 'capture-not-whole'
  | 'deficit-outstanding'
  | 'insufficient-points'
  | 'cap-exceeded'
  | 'slices-mismatch'
  | 'late-settlement-unknown'
  | 'capture-exceeds-hold'
  | 'cancel-exceeds-redemption'
  | 'lot-expired'
  | 'nothing-to-extend'
  | 'transfer-to-itself'
  | 'account-closed'
  | 'holds-open'
  | 'import-mismatch'
  | 'rate-invalid'
  | 'exchange-too-small'
  | 'pool-exists'
  | 'pool-unknown'
  | 'pool-member-unknown'
  | 'pool-not-merged'
  | 'pool-owner-stays'
  | 'pool-spends-by-hold'
  | 'spend-limit-exceeded'
  | 'member-merged'
  | 'merge-undone'
  | 'merge-unknown'
  | 'merge-into-itself'
  | 'merge-too-large'
  | 'merge-entangled';

/** Why a fact or a decision is refused. The first that applies, by precedence, answers. */
export const ACCOUNT_REFUSALS: RefusalTable<AccountRefusal> = {
  'account-mismatch': {
    family: 'invalid',
    retryable: false,
    precedence: 1,
    title: { en: 'The account is not that of this member and program', zh: '账户与该会员及计划不符' },
  },
  'asset-repeated': {
    family: 'invalid',
    retryable: false,
    precedence: 2,
    title: { en: 'An asset or a return is named twice', zh: '同一资产或退货被重复列出' },
  },
  'asset-kind-conflict': {
    family: 'conflict',
    retryable: false,
    precedence: 3,
    title: { en: 'The account holds the asset as another kind', zh: '账户中该资产属于另一种类型' },
  },
  'amount-out-of-range': {
    family: 'invalid',
    retryable: false,
    precedence: 4,
    title: { en: 'The balance would leave the range of 64 bits', zh: '余额将超出 64 位整数范围' },
  },
  'account-unknown': {
    family: 'unknown',
    retryable: false,
    precedence: 5,
    title: { en: 'The account is not known', zh: '账户不存在' },
  },
  'hold-unknown': {
    family: 'unknown',
    retryable: false,
    precedence: 6,
    title: { en: 'The account has no hold of this name', zh: '账户中没有该预留单' },
  },
  'hold-conflict': {
    family: 'conflict',
    retryable: false,
    precedence: 7,
    title: { en: 'The hold stands with another content', zh: '该预留单已存在且内容不同' },
  },
  'decision-conflict': {
    family: 'conflict',
    retryable: false,
    precedence: 8,
    title: { en: 'The same name was used for something else', zh: '该编号已用于其他内容' },
  },
  'hold-ended': {
    family: 'conflict',
    retryable: false,
    precedence: 9,
    title: { en: 'The hold has ended otherwise', zh: '该预留单已以其他方式结束' },
  },
  'hold-not-captured': {
    family: 'conflict',
    retryable: false,
    precedence: 10,
    title: { en: 'The hold was not captured', zh: '该预留单尚未扣减' },
  },
  'account-frozen': {
    family: 'conflict',
    retryable: true,
    precedence: 11,
    title: { en: 'The account is frozen', zh: '账户已冻结' },
  },
  'asset-not-spendable': {
    family: 'conflict',
    retryable: false,
    precedence: 12,
    title: { en: 'A score is not spent', zh: '该资产不可消费' },
  },
  'asset-kind-unsuitable': {
    family: 'conflict',
    retryable: false,
    precedence: 33,
    title: { en: 'This is not done with an asset of that kind', zh: '此操作不适用于该类型的资产' },
  },
  'asset-out-of-scope': {
    family: 'conflict',
    retryable: false,
    precedence: 35,
    title: {
      en: 'The asset is not earned or spent in this unit or store',
      zh: '该资产不在此业务单元或门店的使用范围内',
    },
  },
  'account-not-settled': {
    family: 'conflict',
    retryable: false,
    precedence: 37,
    title: { en: 'Principal, credit or a debt is left on the account', zh: '账户尚有储值本金、信用额度或欠款未结清' },
  },
  'loan-limit-exceeded': {
    family: 'conflict',
    retryable: false,
    precedence: 40,
    title: { en: 'More would be owed than the limit of loans allows', zh: '借入积分超过限额' },
  },
  'repayment-exceeds-debt': {
    family: 'conflict',
    retryable: false,
    precedence: 42,
    title: { en: 'More is repaid than is owed', zh: '还款超过欠款' },
  },
  'nothing-to-reactivate': {
    family: 'conflict',
    retryable: false,
    precedence: 44,
    title: { en: 'No lot has expired within the window', zh: '期限内没有可恢复的过期批次' },
  },
  'mixed-hold-whole': {
    family: 'conflict',
    retryable: false,
    precedence: 38,
    title: { en: 'A redemption of several assets is cancelled as a whole', zh: '混合兑换只能整体撤销' },
  },
  'capture-not-whole': {
    family: 'conflict',
    retryable: false,
    precedence: 38,
    title: {
      en: 'Whole units of what is held do not make this amount',
      zh: '预留资产的整数单位无法恰好构成该金额',
    },
  },
  'price-invalid': {
    family: 'invalid',
    retryable: false,
    precedence: 46,
    title: { en: 'The price gives no exact cost of one point', zh: '价格无法得出精确的单位成本' },
  },
  'deficit-outstanding': {
    family: 'conflict',
    retryable: true,
    precedence: 13,
    title: { en: 'What was reversed and is still owed comes first', zh: '须先偿还欠付积分' },
  },
  'insufficient-points': {
    family: 'conflict',
    retryable: true,
    precedence: 14,
    title: { en: 'There are not so many points', zh: '可用积分不足' },
  },
  'capture-exceeds-hold': {
    family: 'conflict',
    retryable: false,
    precedence: 15,
    title: { en: 'More is captured than was held', zh: '扣减超过预留数量' },
  },
  'cancel-exceeds-redemption': {
    family: 'conflict',
    retryable: false,
    precedence: 16,
    title: { en: 'More is cancelled than is left of the redemption', zh: '撤销超过剩余兑换数量' },
  },
  'lot-expired': {
    family: 'conflict',
    retryable: false,
    precedence: 17,
    title: { en: 'The lot has ended', zh: '该批次已到期' },
  },
  'nothing-to-extend': {
    family: 'conflict',
    retryable: false,
    precedence: 18,
    title: { en: 'No lot would end later by it', zh: '没有可延期的批次' },
  },
  'transfer-to-itself': {
    family: 'invalid',
    retryable: false,
    precedence: 19,
    title: { en: 'An account sends nothing to itself', zh: '不能转给同一账户' },
  },
  'account-closed': {
    family: 'conflict',
    retryable: false,
    precedence: 20,
    title: { en: 'The account is closed', zh: '账户已注销' },
  },
  'holds-open': {
    family: 'conflict',
    retryable: false,
    precedence: 21,
    title: { en: 'A hold is open', zh: '存在未结束的预留单' },
  },
  'import-mismatch': {
    family: 'invalid',
    retryable: false,
    precedence: 22,
    title: { en: 'The lots do not sum to what is expected', zh: '批次合计与预期不符' },
  },
  'rate-invalid': {
    family: 'invalid',
    retryable: false,
    precedence: 23,
    title: { en: 'The rate is none', zh: '兑换比率无效' },
  },
  'late-settlement-unknown': {
    family: 'unknown',
    retryable: false,
    precedence: 26,
    title: { en: 'No settlement of this lease waits for a decision', zh: '没有待审核的该离线额度结算' },
  },
  'slices-mismatch': {
    family: 'invalid',
    retryable: false,
    precedence: 25,
    title: { en: 'The slices do not sum to the amount, or name a lot twice', zh: '批次份额合计与数量不符或批次重复' },
  },
  'exchange-too-small': {
    family: 'conflict',
    retryable: false,
    precedence: 24,
    title: { en: 'So few points give none of the other asset', zh: '兑换数量过小' },
  },
  'cap-exceeded': {
    family: 'conflict',
    retryable: true,
    precedence: 27,
    title: { en: 'A cap of the asset would be exceeded', zh: '超过该资产的上限' },
  },
  'pool-exists': {
    family: 'conflict',
    retryable: false,
    precedence: 36,
    title: { en: 'The account is open already, or as another pool', zh: '账户已存在或已作为其他共享池开立' },
  },
  'pool-not-merged': {
    family: 'conflict',
    retryable: false,
    precedence: 48,
    title: { en: 'A pool is not merged, and nothing into it', zh: '共享池不能参与账户合并' },
  },
  'pool-unknown': {
    family: 'conflict',
    retryable: false,
    precedence: 39,
    title: { en: 'The account is no pool', zh: '该账户不是共享池' },
  },
  'pool-member-unknown': {
    family: 'conflict',
    retryable: false,
    precedence: 41,
    title: { en: 'No such member belongs to the pool', zh: '该会员不属于此共享池' },
  },
  'pool-owner-stays': {
    family: 'conflict',
    retryable: false,
    precedence: 43,
    title: { en: 'The owner does not leave the pool', zh: '共享池所有者不能退出' },
  },
  'pool-spends-by-hold': {
    family: 'conflict',
    retryable: false,
    precedence: 45,
    title: {
      en: 'Points of a pool leave by a hold of a member, or with one who leaves',
      zh: '共享池积分只能由成员预留使用或随退出成员带走',
    },
  },
  'spend-limit-exceeded': {
    family: 'conflict',
    retryable: true,
    precedence: 47,
    title: { en: 'The member would spend more than he may', zh: '超过该成员的使用限额' },
  },
  'member-merged': {
    family: 'conflict',
    retryable: false,
    precedence: 28,
    title: { en: 'The account was merged into another one', zh: '账户已并入其他账户' },
  },
  'merge-undone': {
    family: 'conflict',
    retryable: true,
    precedence: 29,
    title: { en: 'The merge that the fact came by was undone', zh: '该合并已撤销' },
  },
  'merge-unknown': {
    family: 'unknown',
    retryable: false,
    precedence: 30,
    title: { en: 'No account came by this merge', zh: '没有经该合并并入的账户' },
  },
  'merge-into-itself': {
    family: 'invalid',
    retryable: false,
    precedence: 34,
    title: { en: 'An account is not merged into itself', zh: '不能并入同一账户' },
  },
  'merge-too-large': {
    family: 'invalid',
    retryable: false,
    precedence: 31,
    title: { en: 'The account has more than one merge can carry', zh: '账户内容超过单次合并上限' },
  },
  'merge-entangled': {
    family: 'conflict',
    retryable: false,
    precedence: 32,
    title: { en: 'A score of one has paid for returns of the other', zh: '双方成长分已相互抵扣,无法拆分' },
  },
};
