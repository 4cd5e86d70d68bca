import { log } from '@tallystick/observability';

/** Idle connections that break are replaced by the pool; it is only told. */
export function onIdleFault(fault: Error): void {
  log().warn({ reason: fault.message }, 'an idle database connection broke');
}
