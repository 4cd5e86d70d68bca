import type { RefusalTable } from '@tallystick/decider';

/** Why a purchase, or a return linked to one, is refused. What the entrance refuses before has the same code there. */
export type PurchaseRefusal =
  | 'id-invalid'
  | 'total-mismatch'
  | 'schema-invalid'
  | 'amount-out-of-range'
  | 'purchase-conflict'
  | 'return-conflict'
  | 'return-line-unknown'
  | 'currency-mismatch'
  | 'over-refund';

/** The first that applies, by precedence, answers. */
export const PURCHASE_REFUSALS: RefusalTable<PurchaseRefusal> = {
  'id-invalid': {
    family: 'invalid',
    retryable: false,
    precedence: 1,
    title: { en: 'The id breaks its grammar, or occurs twice', zh: '标识不符合格式,或重复出现' },
  },
  'schema-invalid': {
    family: 'invalid',
    retryable: false,
    precedence: 2,
    title: { en: 'A field is missing or has the wrong shape', zh: '字段缺失或类型不符' },
  },
  'total-mismatch': {
    family: 'invalid',
    retryable: false,
    precedence: 3,
    title: { en: 'The parts do not sum to the total', zh: '各项之和与总额不符' },
  },
  'amount-out-of-range': {
    family: 'invalid',
    retryable: false,
    precedence: 4,
    title: { en: 'The amount is larger than the limit', zh: '数值超过上限' },
  },
  'purchase-conflict': {
    family: 'conflict',
    retryable: false,
    precedence: 5,
    title: {
      en: 'This purchase id was recorded with other content',
      zh: '该消费单号已登记,且内容不同',
    },
  },
  'return-conflict': {
    family: 'conflict',
    retryable: false,
    precedence: 6,
    title: { en: 'This return id was recorded with other content', zh: '该退货单号已登记,且内容不同' },
  },
  'return-line-unknown': {
    family: 'invalid',
    retryable: false,
    precedence: 7,
    title: { en: 'The purchase has no such line', zh: '原消费单中没有该行' },
  },
  'currency-mismatch': {
    family: 'invalid',
    retryable: false,
    precedence: 8,
    title: { en: 'The return is in another currency than its purchase', zh: '退货币种与原消费不一致' },
  },
  'over-refund': {
    family: 'invalid',
    retryable: false,
    precedence: 9,
    title: { en: 'More would be given back than was bought', zh: '退货超过原消费' },
  },
};
