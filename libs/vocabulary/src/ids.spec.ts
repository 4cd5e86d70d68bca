import { array, assert, property, stringMatching } from 'fast-check';
import { BUSINESS_ID, compareText, SLUG, UUID } from './ids';

describe('names', () => {
  it.each(['P-1', 'a.b_c:d', 'x'.repeat(64)])('"%s" is a business id', (text) =>
    expect(BUSINESS_ID.test(text)).toBe(true),
  );

  it.each(['', 'x'.repeat(65), 'a b', 'café', 'a/b', 'P-1\n', '\u202eP-1'])('"%s" is none', (text) =>
    expect(BUSINESS_ID.test(text)).toBe(false),
  );

  it.each(['demo', 'big-group', '7'])('"%s" names a tenant or a source', (text) => expect(SLUG.test(text)).toBe(true));

  it.each(['', 'Demo', 'de_mo', '-demo', 'x'.repeat(25)])('"%s" names none', (text) =>
    expect(SLUG.test(text)).toBe(false),
  );

  it('are UUIDs in lower case with dashes only', () => {
    expect(UUID.test('1c4b3164-c8a7-597c-8fa5-cf4a32b52a7a')).toBe(true);
    expect(UUID.test('1C4B3164-c8a7-597c-8fa5-cf4a32b52a7a')).toBe(false);
    expect(UUID.test('1c4b3164c8a7597c8fa5cf4a32b52a7a')).toBe(false);
  });

  it('sort bytewise, like Postgres under COLLATE "C"', () => {
    assert(
      property(array(stringMatching(/^[A-Za-z0-9._:-]{1,8}$/)), (ids) => {
        const bytewise = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(ids.toSorted(compareText)).toEqual(bytewise);
      }),
    );
  });
});
