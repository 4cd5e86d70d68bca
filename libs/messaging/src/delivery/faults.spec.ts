import { EventStoreError, UnknownEvent, WrongExpectedRevision } from '@tallystick/decider';
import { isOfRecord } from './faults';
import { Defect } from './source';

const withState = (code: string): Error => Object.assign(new Error('of the database'), { code, severity: 'ERROR' });

describe('A fault of a handler', () => {
  it.each([
    ['a type error', new TypeError('x is undefined')],
    ['a violated constraint', withState('23514')],
    ['a value out of range', withState('22003')],
    ['an append that is too large', new EventStoreError('too-large', 'too large')],
  ])('may be of the record: %s', (_name, error) => expect(isOfRecord(error)).toBe(true));

  it.each([
    ['a store that is away', new EventStoreError('unavailable', 'away')],
    ['an append that may have been made', new EventStoreError('unknown', 'no answer')],
    ['a stream that moved', new WrongExpectedRevision('a-1', 1, 2)],
    ['a socket', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
    ['a socket behind a failed request', new TypeError('fetch failed', { cause: withState('57P01') })],
    ['one of several that is away', new AggregateError([new Error('a'), new EventStoreError('unavailable', 'b')])],
    ['a deadlock', withState('40P01')],
    ['a full disk', withState('53100')],
    ['a missing table', withState('42P01')],
    ['a log newer than the code', new UnknownEvent('Grown', 9)],
    ['a defect of the code', new Defect('wrong')],
    ['words of Nest that hide what happened', { status: 'error', message: 'Internal server error' }],
  ])('is not of the record: %s', (_name, error) => expect(isOfRecord(error)).toBe(false));
});
