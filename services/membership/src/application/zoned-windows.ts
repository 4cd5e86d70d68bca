import type { Window, TierPolicy } from '@tallystick/membership-domain';
import type { Instant } from '@tallystick/vocabulary';
import { DateTime } from 'luxon';

/** The windows of a policy in a zone; the zone database is asked once per year and zone. */
export function windowsOf(policy: TierPolicy, zone: string): (at: Instant) => Window {
  if (policy.window === 'lifetime') return () => ({ start: 0 as Instant });
  const years: Window[] = [];
  return (at) => {
    let window = years.find(({ start, next }) => start <= at && at < next!);
    if (!window) {
      const start = DateTime.fromMillis(at, { zone }).startOf('year');
      window = { start: start.toMillis() as Instant, next: start.plus({ years: 1 }).toMillis() as Instant };
      years.push(window);
    }
    return window;
  };
}
