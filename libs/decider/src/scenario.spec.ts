import { type Decider, reject } from './decider';
import type { DomainEvent } from './event';
import { fold, scenario, ScenarioFailure } from './scenario';

type Counted = DomainEvent<'Counted', { readonly id: string }>;

interface Broken {
  readonly forgetful?: boolean;
  readonly negative?: boolean;
  readonly unstored?: boolean;
}

/** Counts each id once, up to two; or does one thing wrong. */
function counter(broken: Broken = {}): Decider<string[], string, Counted, 'full'> {
  return {
    kind: 'counter',
    initial: () => [],
    decide(id, state) {
      if (state.includes(id) && !broken.forgetful) return [];
      if (state.length >= 2) return reject('full', { size: '2' });
      return [{ type: 'Counted', version: 1, data: { id } }];
    },
    evolve: (state, event) => [...state, event.data.id],
    invariants: () => (broken.negative ? ['never holds'] : []),
    refusals: { full: { family: 'conflict', retryable: false, precedence: 1, title: { en: 'Full', zh: '已满' } } },
    upcast: (_, version, data) => ({
      type: 'Counted',
      version,
      data: broken.unstored ? { id: 'other' } : (data as Counted['data']),
    }),
  };
}

const counted = (id: string): Counted => ({ type: 'Counted', version: 1, data: { id } });

describe('scenario', () => {
  it('passes where events, silence and refusals are as expected', () => {
    const { given } = scenario(counter());
    given().when('a').then(counted('a'));
    given(counted('a')).when('a').thenNothing();
    given(counted('a'), counted('b')).when('c').thenRefused('full', { size: '2' });
    expect(given().when('a').outcome()).toEqual([counted('a')]);
  });

  it('fails on other events, on silence and on other refusals', () => {
    const { given } = scenario(counter());
    expect(() => given().when('a').then(counted('b'))).toThrow(ScenarioFailure);
    expect(() => given().when('a').then(counted('a'), counted('a'))).toThrow(ScenarioFailure);
    expect(() => given().when('a').thenNothing()).toThrow(ScenarioFailure);
    expect(() => given().when('a').thenRefused('full')).toThrow(ScenarioFailure);
    const full = given(counted('a'), counted('b')).when('c');
    expect(() => full.thenRefused('full', { size: '3' })).toThrow(ScenarioFailure);
  });

  it('fails on a command that has a second effect when repeated', () => {
    expect(() =>
      scenario(counter({ forgetful: true }))
        .given()
        .when('a'),
    ).toThrow('the command repeated');
  });

  it('fails where an invariant breaks or a stored event reads back as another', () => {
    expect(() => fold(counter({ negative: true }), [counted('a')])).toThrow('never holds');
    expect(() => fold(counter({ unstored: true }), [counted('a')])).toThrow('a stored event reads back');
  });
});
