const LONE_SURROGATE = /\p{Surrogate}/u;
const NUL = String.fromCharCode(0);

/** True for text without U+0000, which Postgres cannot store, and without lone surrogates, which UTF-8 cannot say. */
export function isReadable(text: string): boolean {
  return !text.includes(NUL) && !LONE_SURROGATE.test(text);
}
