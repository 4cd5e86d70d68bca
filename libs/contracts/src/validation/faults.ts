import type { RefusalFamily, RefusalTable } from '@tallystick/decider';

/** Every code by which an entrance refuses a message before it looks at any state (trust.md §3 A, B, C, E). */
export type FaultCode =
  | 'payload-too-large'
  | 'empty'
  | 'undecodable'
  | 'too-deep'
  | 'invalid-json'
  | 'unknown-schema'
  | 'schema-invalid'
  | 'unknown-field'
  | 'too-many-items'
  | 'text-invalid'
  | 'text-too-long'
  | 'id-invalid'
  | 'timestamp-invalid'
  | 'too-old'
  | 'amount-invalid'
  | 'amount-scale'
  | 'amount-out-of-range'
  | 'total-mismatch'
  | 'key-mismatch';

/**
 * What HTTP, OpenAPI, dead letters and docs/problems say of each code. Precedence is the order of design §6
 * "Refusals": size, UTF-8, JSON, shape, text, ids and dates, amounts, totals; codes of one stage share a number.
 */
export const FAULTS: RefusalTable<FaultCode> = {
  'payload-too-large': row('too-large', 0, 'The message is larger than the limit', '消息超过大小上限'),
  empty: row('malformed', 1, 'The record has no value', '记录没有内容'),
  undecodable: row('malformed', 1, 'The bytes are no UTF-8', '内容不是有效的 UTF-8'),
  'too-deep': row('malformed', 2, 'Brackets are nested deeper than 20', '嵌套层级超过 20 层'),
  'invalid-json': row(
    'malformed',
    2,
    'The text is no JSON, or an object has a key twice',
    '不是有效的 JSON,或对象含重复的键',
  ),
  'unknown-schema': row('invalid', 3, 'Type or version is not known here', '此处不接受该类型或版本'),
  'schema-invalid': row('invalid', 4, 'A field is missing or has the wrong shape', '字段缺失或类型不符'),
  'unknown-field': row('invalid', 4, 'The field is not part of the contract', '契约中没有该字段'),
  'too-many-items': row('invalid', 4, 'The list has more entries than the limit', '列表条目数超过上限'),
  'text-invalid': row(
    'invalid',
    5,
    'The text is empty or has characters that are refused',
    '文本为空或含有不允许的字符',
  ),
  'text-too-long': row('invalid', 5, 'The text is longer than the limit', '文本超过长度上限'),
  'id-invalid': row('invalid', 6, 'The id breaks its grammar, or occurs twice', '标识不符合格式,或重复出现'),
  'timestamp-invalid': row(
    'invalid',
    6,
    'The time or date is none, or lies too far ahead',
    '时间或日期无效,或超前过多',
  ),
  'too-old': row('invalid', 6, 'The fact is older than the program accepts', '早于本计划接受的期限'),
  'amount-invalid': row('invalid', 7, 'The number breaks its grammar', '数值不符合格式'),
  'amount-scale': row('invalid', 7, 'The number has more decimals than its unit', '数值的小数位数过多'),
  'amount-out-of-range': row('invalid', 7, 'The amount is larger than the limit', '数值超过上限'),
  'total-mismatch': row('invalid', 8, 'The parts do not sum to the total', '各项之和与总额不符'),
  'key-mismatch': row(
    'invalid',
    9,
    'The key of the record is not the one its message asks for',
    '记录的键与消息要求的键不符',
  ),
};

/** One fault and where it lies: an RFC 6901 JSON pointer, `''` for the message as a whole. */
export interface Fault {
  readonly code: FaultCode;
  readonly pointer: string;
}

/** A refused message: the first fault answers, `errors` lists at most {@link MAX_LISTED_FAULTS} in the same order. */
export interface Refusal extends Fault {
  readonly ok: false;
  readonly errors: readonly Fault[];
}

export type Verdict<T> = { readonly ok: true; readonly value: T } | Refusal;

/** A problem body stays readable however broken the message is. */
export const MAX_LISTED_FAULTS = 20;

/** Refuses with one fault. */
export function refusal(code: FaultCode, pointer = ''): Refusal {
  return { ok: false, code, pointer, errors: [{ code, pointer }] };
}

/**
 * Refuses with the first of several faults: by precedence, then by pointer (a parent before its parts, list entries
 * by number, names bytewise), so that both ways of validation name the same one. `faults` must not be empty. Linear in
 * their number, since a hostile message may have very many.
 */
export function refusalOf(faults: readonly Fault[]): Refusal {
  const errors: Fault[] = [];
  for (const fault of faults) insert(fault, errors);
  const first = errors[0];
  if (!first) throw new RangeError('a refusal needs a fault');
  return { ok: false, code: first.code, pointer: first.pointer, errors };
}

/** Keeps the first faults in order, one for each place. */
function insert(fault: Fault, kept: Fault[]): void {
  const last = kept.at(-1);
  if (kept.length === MAX_LISTED_FAULTS && last && compareFaults(fault, last) >= 0) return;
  const samePlace = kept.findIndex(({ pointer }) => pointer === fault.pointer);
  if (samePlace >= 0) {
    const known = kept[samePlace];
    if (known && compareFaults(known, fault) <= 0) return;
    kept.splice(samePlace, 1);
  }
  const next = kept.findIndex((other) => compareFaults(fault, other) < 0);
  kept.splice(next < 0 ? kept.length : next, 0, fault);
  kept.length = Math.min(kept.length, MAX_LISTED_FAULTS);
}

function compareFaults(a: Fault, b: Fault): number {
  return FAULTS[a.code].precedence - FAULTS[b.code].precedence || comparePaths(a.pointer, b.pointer);
}

/** Appends a name or number to a JSON pointer (RFC 6901 §3: `~` and `/` are escaped). */
export function pointerTo(parent: string, segment: string | number): string {
  return `${parent}/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

const NUMBER = /^(0|[1-9][0-9]*)$/;

function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  let [same, start] = [0, 0];
  for (; same < a.length && same < b.length && a[same] === b[same]; same++) if (a[same] === '/') start = same + 1;
  if (same === a.length || same === b.length) {
    const isParent = same === a.length ? b[same] === '/' : a[same] === '/';
    if (isParent) return a.length - b.length;
  }
  const [x, y] = [segmentAt(a, start), segmentAt(b, start)];
  if (NUMBER.test(x) && NUMBER.test(y)) return Number(x) - Number(y);
  return x < y ? -1 : 1;
}

function segmentAt(pointer: string, start: number): string {
  const end = pointer.indexOf('/', start);
  return pointer.slice(start, end < 0 ? pointer.length : end);
}

function row(family: RefusalFamily, precedence: number, en: string, zh: string) {
  return { family, precedence, retryable: false, title: { en, zh } };
}
