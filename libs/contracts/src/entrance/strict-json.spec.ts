import { readStrictJson } from './strict-json';

const read = (text: string) => readStrictJson(Buffer.from(text));
const codeOf = (text: string) => {
  const verdict = read(text);
  return verdict.ok ? 'ok' : `${verdict.code} ${verdict.pointer}`.trim();
};

describe('reading JSON strictly', () => {
  it('answers what JSON.parse answers for a good text', () => {
    const text = '{"a":[1,{"b":"\\u00e9\\n","a":null}],"c":{"a":"2"}}';
    expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each(['', '{', '{"a":}', '[1,]', "{'a':1}", '\ufeff{}', 'nul', '{"a":"\u0000"}'])(
    '16: %j is invalid-json',
    (text) => {
      expect(codeOf(text)).toBe('invalid-json');
    },
  );

  it.each([
    ['{"a":1,"a":1}', '/a'],
    ['{"total":1,"tot\\u0061l":2}', '/total'],
    ['{"x":[{"y":1},{"y":1,"z":2,"y":3}]}', '/x/1/y'],
    ['{"":1,"":2}', '/'],
    ['{"a/b":1,"~":{},"~":2}', '/~0'],
  ])('17: a key twice, as in %s, is invalid-json at %s', (text, pointer) => {
    expect(codeOf(text)).toBe(`invalid-json ${pointer}`);
  });

  it('17: finds a key twice among thousands', () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `"k${index}":0`).join();
    expect(codeOf(`{${keys}}`)).toBe('ok');
    expect(codeOf(`{${keys},"k4711":1}`)).toBe('invalid-json /k4711');
  });

  it('lets the same key be in different objects, and a value equal a key', () => {
    expect(codeOf('{"a":{"a":{"a":"a"}},"b":[{"a":1},{"a":2}],"c":"b","d":["a","a"]}')).toBe('ok');
  });

  it.each([
    ['{"__proto__":{"admin":true}}', '/__proto__'],
    ['{"a":[{"constructor":1}]}', '/a/0/constructor'],
    ['{"a":{"b":{"prototype":1}}}', '/a/b/prototype'],
    ['{"\\u005f_proto__":1}', '/__proto__'],
  ])('20: %s is unknown-field at %s and changes no prototype', (text, pointer) => {
    expect(codeOf(text)).toBe(`unknown-field ${pointer}`);
    expect('admin' in {}).toBe(false);
  });

  it('20: takes names that only look alike', () => {
    expect(codeOf('{"promotion":1,"connections":2,"proto_typ":3,"_promoted":4,"v":"__proto__"}')).toBe('ok');
  });

  it('21: reads 20 levels and refuses the 21st as too-deep', () => {
    expect(codeOf('['.repeat(20) + ']'.repeat(20))).toBe('ok');
    expect(codeOf('['.repeat(21) + ']'.repeat(21))).toBe('too-deep');
    expect(codeOf('{"a":'.repeat(21) + '1' + '}'.repeat(21))).toBe('too-deep');
  });

  it('21: refuses 200,000 brackets, closed or not, as too-deep', () => {
    expect(codeOf('['.repeat(200_000))).toBe('too-deep');
    expect(codeOf('{"a":['.repeat(30_000))).toBe('too-deep');
    expect(codeOf('['.repeat(100_000) + ']'.repeat(100_000))).toBe('too-deep');
  });

  it('21: does not count brackets inside of strings', () => {
    expect(codeOf(JSON.stringify({ a: '['.repeat(100), b: '\\"[[[[[[[[[[[[[[[[[[[[[[[[[' }))).toBe('ok');
  });

  it.each([
    ['{"a":["x","\\u0000"]}', '/a/1'],
    ['{"a":"\\ud800"}', '/a'],
    ['{"a":"\\uDC00\\uD800"}', '/a'],
    ['"\\ud83d"', ''],
    ['{"a":{"\\ud800":1}}', '/a'],
  ])('31, 32: U+0000 or a lone surrogate, as in %s, is text-invalid at "%s"', (text, pointer) => {
    expect(codeOf(text)).toBe(`text-invalid ${pointer}`.trim());
  });

  it('32: takes a pair of surrogates and an escaped backslash before u', () => {
    expect(codeOf('{"a":"\\ud83d\\ude00","b":"\\\\u0000","c":"\\u00e9\\uD83D\\uDE00"}')).toBe('ok');
  });

  it('answers the fault of the earlier stage: JSON, then refused keys, then text', () => {
    expect(codeOf('{"a":"\\u0000","__proto__":1,"b":1,"b":2}')).toBe('invalid-json /b');
    expect(codeOf('{"a":"\\u0000","__proto__":1}')).toBe('unknown-field /__proto__');
    expect(codeOf('{"a":"\\u0000","__proto__":1')).toBe('invalid-json');
  });

  it('22: refuses more bytes than the limit as payload-too-large before reading them', () => {
    expect(readStrictJson(Buffer.alloc(262_145, 0xff))).toMatchObject({ ok: false, code: 'payload-too-large' });
    expect(readStrictJson(Buffer.from('[1]'), { maxBytes: 2 })).toMatchObject({ code: 'payload-too-large' });
    expect(readStrictJson(Buffer.from('[1]'), { maxBytes: 3 })).toMatchObject({ ok: true });
  });

  it('52: refuses bytes that are no UTF-8 as undecodable', () => {
    expect(readStrictJson(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toMatchObject({ ok: false, code: 'undecodable' });
    expect(readStrictJson(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toMatchObject({ code: 'undecodable' });
  });

  it('reads a part of a larger buffer', () => {
    const buffer = Buffer.from('xx{"a":1}yy');
    expect(readStrictJson(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, 7))).toEqual({
      ok: true,
      value: { a: 1 },
    });
  });
});
