import canonicalize from 'canonicalize';
import { array, assert, jsonValue, property, string } from 'fast-check';
import { canonicalJson } from './canonical-json';

describe('canonicalJson', () => {
  it('agrees with another implementation of RFC 8785 on any JSON', () => {
    assert(
      property(jsonValue({ depthSize: 'medium', noUnicodeString: false }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('sorts keys by UTF-16 units as RFC 8785 §3.2.3 shows', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('writes numbers as ECMAScript does', () => {
    expect(canonicalJson([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  it('reads back as the same value, whatever the order of keys', () => {
    assert(
      property(array(string(), { minLength: 2 }), (keys) => {
        const forward = Object.fromEntries(keys.map((key) => [key, key.length]));
        const backward = Object.fromEntries(keys.toReversed().map((key) => [key, key.length]));
        expect(canonicalJson(forward)).toBe(canonicalJson(backward));
        expect(JSON.parse(canonicalJson(forward))).toEqual(forward);
      }),
    );
  });

  it('writes a bigint as decimal text and leaves undefined members out', () => {
    expect(canonicalJson({ points: -9007199254740993n, note: undefined })).toBe('{"points":"-9007199254740993"}');
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', { rate: Number.POSITIVE_INFINITY }],
    ['a function', { read: () => 1 }],
    ['undefined in a list', [undefined]],
    ['a lone surrogate', '\ud800'],
    ['a symbol', Symbol('s')],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = [cycle];
    expect(() => canonicalJson(cycle)).toThrow(TypeError);
  });
});
