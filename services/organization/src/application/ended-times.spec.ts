import { instant } from '@tallystick/vocabulary';
import { endedTimes } from './ended-times';

const zone = 'Europe/London';

describe('what has ended', () => {
  it('begins a new clock with yesterday and the present minute', () => {
    expect(endedTimes(zone, { lastDates: {} }, instant('2026-11-24T10:00:30Z'))).toEqual({
      days: [{ date: '2026-11-23', at: '2026-11-24T00:00:00.000Z' }],
      minutes: [{ at: '2026-11-24T10:00:00.000Z' }],
    });
  });

  it('catches up every missed date at the end that the zone gives it, over the change to winter time', () => {
    const announced = { lastDates: { [zone]: '2026-10-23' }, lastMinute: '2026-10-26T00:00:00.000Z' };
    expect(endedTimes(zone, announced, instant('2026-10-26T00:00:10Z')).days).toEqual([
      { date: '2026-10-24', at: '2026-10-24T23:00:00.000Z' },
      { date: '2026-10-25', at: '2026-10-26T00:00:00.000Z' },
    ]);
  });

  it('catches up missed minutes, at most 500 at a time', () => {
    const announced = { lastDates: { [zone]: '2026-11-23' }, lastMinute: '2026-11-24T00:00:00.000Z' };
    const { minutes } = endedTimes(zone, announced, instant('2026-11-24T12:00:00Z'));
    expect(minutes).toHaveLength(500);
    expect(minutes[499]).toEqual({ at: '2026-11-24T08:20:00.000Z' });
  });
});
