import type { RefusalTable } from '@tallystick/decider';

/** Codes under which the bus itself gives a record up, beside those of contracts and deciders. */
export type DeliveryRefusal = 'unauthentic' | 'behind-waiting' | 'defect';

/** What dead letters and docs/problems say of each. */
export const DELIVERY_REFUSALS: RefusalTable<DeliveryRefusal> = {
  unauthentic: {
    family: 'unauthenticated',
    retryable: false,
    precedence: 1,
    title: { en: 'The record is not signed by a key of its topic', zh: '记录未由该主题登记的密钥签名' },
  },
  'behind-waiting': {
    family: 'unavailable',
    retryable: true,
    precedence: 2,
    title: { en: 'An earlier record of the same key is still waiting', zh: '同一键的较早记录仍在等待' },
  },
  defect: {
    family: 'defect',
    retryable: true,
    precedence: 3,
    title: { en: 'The record made its consumer fail again and again', zh: '该记录反复导致消费者出错' },
  },
};
