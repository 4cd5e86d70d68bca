import { type TierPolicy } from '@tallystick/membership-domain';
import { formatInstant, instant } from '@tallystick/vocabulary';
import { windowsOf } from './zoned-windows';

const policy: TierPolicy = { baseTier: 'ordinary', levels: [], window: 'calendar-year', downgrade: 'recompute' };

describe('the window of an instant', () => {
  it('is the calendar year of the zone', () => {
    const window = windowsOf(policy, 'Asia/Shanghai')(instant('2026-12-31T16:00:00Z'));
    expect(formatInstant(window.start)).toBe('2026-12-31T16:00:00.000Z');
    expect(formatInstant(window.next!)).toBe('2027-12-31T16:00:00.000Z');
  });

  it('has no end where the policy counts a lifetime', () => {
    const window = windowsOf({ ...policy, window: 'lifetime' }, 'Asia/Shanghai')(instant('2026-12-31T16:00:00Z'));
    expect(window).toEqual({ start: 0 });
  });
});
