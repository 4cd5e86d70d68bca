import type { RefusalTable } from '@tallystick/decider';

export type BookingRefusal = 'unknown-asset' | 'unknown-program' | 'event-too-large' | 'event-invalid';

/** Why the ledger gives up a contract before, or after, its decider has judged it. */
export const BOOKING_REFUSALS: RefusalTable<BookingRefusal> = {
  'unknown-asset': {
    family: 'invalid',
    retryable: true,
    precedence: 1,
    title: { en: 'The asset is not declared in this program', zh: '该计划未登记此资产' },
  },
  'event-too-large': {
    family: 'too-large',
    retryable: false,
    precedence: 2,
    title: { en: 'What would be booked is larger than one event may be', zh: '待入账内容超过单个事件的大小上限' },
  },
  'event-invalid': {
    family: 'defect',
    retryable: false,
    precedence: 3,
    title: { en: 'What would be booked is refused by the event store', zh: '事件存储拒绝了待入账内容' },
  },
  'unknown-program': {
    family: 'invalid',
    retryable: true,
    precedence: 4,
    title: { en: 'The program is not declared yet', zh: '该计划尚未登记' },
  },
};
