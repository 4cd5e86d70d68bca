/**
 * How the calls of a port are carried out. Whoever schedules decides when `effect` runs and when its answer is given,
 * and may throw instead, before or after the effect.
 */
export interface Calls {
  /** `what` names the port and the call, such as `append`. */
  call<Answer>(what: string, effect: () => Answer): Promise<Answer>;
}

/** Carries every call out at once. */
export const AT_ONCE: Calls = {
  async call(_what, effect) {
    await Promise.resolve();
    return effect();
  },
};
