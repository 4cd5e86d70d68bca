import type { Instant } from '@tallystick/vocabulary';
import { purchasePicture } from '../account/account.examples';
import { asOf } from './as-of';
import { on, recorded } from './as-of.spec-data';
import { PERIOD } from './periods';

describe('states at the ends of periods', () => {
  it('are read instead of folding again what lies before them', () => {
    const history = recorded(Array.from({ length: 2 * PERIOD + 10 }, (_, at) => purchasePicture(`P${at}`, 1, 1n)));
    asOf(history, { at: on(2) });
    expect(history.periods.newest(history.events.length, on(2))?.count).toBe(2 * PERIOD);
    expect(history.periods.newest(2 * PERIOD - 1, on(2))?.count).toBe(PERIOD);
    expect(history.periods.newest(history.events.length, (on(1) - 1) as Instant)).toBeUndefined();
  });
});
