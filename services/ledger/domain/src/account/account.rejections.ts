import type { RefusalTable } from '@tallystick/decider';

export type AccountRefusal = 'account-mismatch' | 'asset-repeated' | 'asset-kind-conflict' | 'amount-out-of-range';

/** Why a fact is refused. The first that applies, by precedence, answers. */
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
};
