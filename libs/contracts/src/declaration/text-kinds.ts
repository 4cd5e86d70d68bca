import { BUSINESS_ID, SLUG, UUID, amountFault, parseDate, parseInstant, parseRational } from '@tallystick/vocabulary';
import type { FaultCode } from '../validation/faults';
import { isReadable } from './readable';

/** A kind of text: one grammar that the class, the compiled validator and the emitted schema all come from. */
export interface TextKind {
  /** Name of the kind; the `format` of its JSON Schema. */
  readonly format: string;
  /** The code of what is wrong with a text, `undefined` where it is a good one. */
  readonly fault: (text: string) => FaultCode | undefined;
  /** What JSON Schema can say of it to those who do not know the format. */
  readonly schema: Readonly<Record<string, string | number>>;
}

const kinds = new Map<string, TextKind>();

/** The kind of that name among those declared so far. */
export function textKind(format: string): TextKind | undefined {
  return kinds.get(format);
}

/** Declares a kind once; the same name again answers the first declaration. */
export function declareTextKind(kind: TextKind): TextKind {
  const known = kinds.get(kind.format);
  if (known) return known;
  kinds.set(kind.format, kind);
  return kind;
}

/** Integer of minor units, not negative, at most 9·10¹⁵ (trust.md §3 A). */
export const AMOUNT = declareTextKind({
  format: 'amount',
  fault: (text) => amountFault(text),
  schema: { pattern: '^(0|[1-9][0-9]*)$', maxLength: 16 },
});

/** As {@link AMOUNT}, above zero. */
export const POSITIVE_AMOUNT = declareTextKind({
  format: 'positive-amount',
  fault: (text) => amountFault(text) ?? (text === '0' ? 'amount-invalid' : undefined),
  schema: { pattern: '^[1-9][0-9]*$', maxLength: 16 },
});

/** As {@link AMOUNT}, where a minus sign is allowed. */
export const SIGNED_AMOUNT = declareTextKind({
  format: 'signed-amount',
  fault: (text) => amountFault(text, true),
  schema: { pattern: '^(0|-?[1-9][0-9]*)$', maxLength: 17 },
});

/** Exact rate that is not negative: `3/2`, `1.5` or `2`. */
export const RATE = declareTextKind({
  format: 'rate',
  fault: (text) => (text.startsWith('-') || parseRational(text) === undefined ? 'amount-invalid' : undefined),
  schema: { pattern: '^([0-9]{1,15}/[1-9][0-9]{0,14}|[0-9]{1,15}(\\.[0-9]{1,9})?)$' },
});

/** Id given by a publisher or by us: purchase, line, order, store, member, card token (purchase-contract.md). */
export const BUSINESS_ID_TEXT = declareTextKind(grammar('business-id', BUSINESS_ID));

/** Tenant, source, program and other short names of ours. */
export const SLUG_TEXT = declareTextKind(grammar('slug', SLUG));

/** Lower case with dashes. */
export const UUID_TEXT = declareTextKind(grammar('uuid', UUID));

const YEAR_1 = parseInstant('0001-01-01T00:00:00Z') ?? 0;
const YEAR_9999 = parseInstant('9999-01-01T00:00:00Z') ?? 0;

/** RFC 3339 with offset, of the years 1 to 9998: 9999 is how other systems write "never" (trust.md case 36). */
export const INSTANT_TEXT = declareTextKind({
  format: 'date-time',
  fault: (text) => {
    const instant = parseInstant(text);
    return instant === undefined || instant < YEAR_1 || instant >= YEAR_9999 ? 'timestamp-invalid' : undefined;
  },
  schema: { maxLength: 35 },
});

/** `YYYY-MM-DD` of the same years. */
export const DATE_TEXT = declareTextKind({
  format: 'date',
  fault: (text) => {
    const date = parseDate(text);
    return date === undefined || date.year < 1 || date.year > 9998 ? 'timestamp-invalid' : undefined;
  },
  schema: { pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
});

const CURRENCY_CODE = /^[A-Z]{3}$/;

/** Alphabetic code of ISO 4217. */
export const CURRENCY_TEXT = declareTextKind({
  format: 'currency',
  fault: (text) => (CURRENCY_CODE.test(text) ? undefined : 'text-invalid'),
  schema: { pattern: CURRENCY_CODE.source },
});

/** Decimal number that is not negative, up to 15 digits before and `decimals` after the point. */
export function decimalText(decimals: number): TextKind {
  const good = new RegExp(`^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,${decimals}})?$`);
  const tooFine = /^(0|[1-9][0-9]*)\.[0-9]+$/;
  return declareTextKind({
    format: `decimal-${decimals}`,
    fault: (text) => {
      if (good.test(text)) return undefined;
      return tooFine.test(text) && text.length - text.indexOf('.') - 1 > decimals ? 'amount-scale' : decimalFault(text);
    },
    schema: { pattern: good.source },
  });
}

/** Text of 1 to `max` code points without U+0000 and lone surrogates. */
export function freeText(max: number): TextKind {
  return declareTextKind({
    format: `text-${max}`,
    fault: (text) => {
      if (text.length === 0 || !isReadable(text)) return 'text-invalid';
      return text.length > max && codePoints(text) > max ? 'text-too-long' : undefined;
    },
    schema: { minLength: 1, maxLength: max },
  });
}

function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; count++) index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

function decimalFault(text: string): FaultCode {
  return /^[1-9][0-9]{15,}(\.[0-9]+)?$/.test(text) ? 'amount-out-of-range' : 'amount-invalid';
}

function grammar(format: string, pattern: RegExp): TextKind {
  return {
    format,
    fault: (text) => (pattern.test(text) ? undefined : 'id-invalid'),
    schema: { pattern: pattern.source },
  };
}
