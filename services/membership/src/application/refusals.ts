import type { RefusalTable } from '@tallystick/decider';

export type ReviewRefusal = 'unknown-program';

/** Why membership gives up a contract that its deciders have not judged. */
export const REVIEW_REFUSALS: RefusalTable<ReviewRefusal> = {
  'unknown-program': {
    family: 'invalid',
    retryable: true,
    precedence: 1,
    title: { en: 'The program is not declared yet', zh: '该计划尚未登记' },
  },
};
