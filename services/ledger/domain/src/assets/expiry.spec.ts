import { formatDate, parseDate } from '@tallystick/vocabulary';
import { type ExpiryRule, lastDateOf } from './expiry';

const lastOf = (rule: ExpiryRule, from: string) => formatDate(lastDateOf(rule, parseDate(from)!));

describe('the last day of a lot', () => {
  it.each<[ExpiryRule, string, string]>([
    [{ days: '30' }, '2026-01-01', '2026-01-31'],
    [{ days: '1' }, '2026-12-31', '2027-01-01'],
    [{ months: '1' }, '2026-01-31', '2026-02-28'],
    [{ months: '1' }, '2028-01-31', '2028-02-29'],
    [{ months: '1' }, '2026-03-31', '2026-04-30'],
    [{ months: '12' }, '2028-02-29', '2029-02-28'],
    [{ months: '1' }, '2026-11-30', '2026-12-30'],
    [{ months: '2' }, '2026-11-30', '2027-01-30'],
    [{ months: '24' }, '2026-12-15', '2028-12-15'],
    [{ endOf: 'month' }, '2026-02-01', '2026-02-28'],
    [{ endOf: 'month', plus: '1' }, '2026-12-31', '2027-01-31'],
    [{ endOf: 'quarter' }, '2026-01-01', '2026-03-31'],
    [{ endOf: 'quarter' }, '2026-12-31', '2026-12-31'],
    [{ endOf: 'quarter', plus: '2' }, '2026-10-01', '2027-06-30'],
    [{ endOf: 'halfYear' }, '2026-06-30', '2026-06-30'],
    [{ endOf: 'halfYear' }, '2026-07-01', '2026-12-31'],
    [{ endOf: 'year' }, '2026-01-01', '2026-12-31'],
    [{ endOf: 'year', plus: '1' }, '2026-11-29', '2027-12-31'],
    [{ date: '2027-03-31' }, '2026-01-01', '2027-03-31'],
  ])('by %j that begins on %s is %s', (rule, from, last) => {
    expect(lastOf(rule, from)).toBe(last);
  });
});
