import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import type { MessageClass } from './contract';
import { FIELD, type FieldForm, fieldFaults } from './field-forms';
import {
  AMOUNT,
  BUSINESS_ID_TEXT,
  CURRENCY_TEXT,
  DATE_TEXT,
  INSTANT_TEXT,
  POSITIVE_AMOUNT,
  RATE,
  SIGNED_AMOUNT,
  SLUG_TEXT,
  type TextKind,
  UUID_TEXT,
  decimalText,
  freeText,
} from './text-kinds';

/** Money or points that are not negative: integer of minor units as decimal text. */
export const Amount = (): PropertyDecorator => text(AMOUNT);
/** As {@link Amount}, above zero. */
export const PositiveAmount = (): PropertyDecorator => text(POSITIVE_AMOUNT);
/** As {@link Amount}, where a minus sign is allowed. */
export const SignedAmount = (): PropertyDecorator => text(SIGNED_AMOUNT);
/** Exact rate that is not negative: `3/2`, `1.5` or `2`. */
export const Rate = (): PropertyDecorator => text(RATE);
/** Decimal number that is not negative, for information and count rules, with at most `decimals` digits after the point. */
export const DecimalText = (decimals: number): PropertyDecorator => text(decimalText(decimals));
/** `[A-Za-z0-9._:-]{1,64}` */
export const BusinessId = (): PropertyDecorator => text(BUSINESS_ID_TEXT);
/** `[a-z0-9][a-z0-9-]{0,23}` */
export const Slug = (): PropertyDecorator => text(SLUG_TEXT);
/** UUID in lower case. */
export const Uuid = (): PropertyDecorator => text(UUID_TEXT);
/** RFC 3339 time with its offset. */
export const InstantText = (): PropertyDecorator => text(INSTANT_TEXT);
/** `YYYY-MM-DD` */
export const LocalDate = (): PropertyDecorator => text(DATE_TEXT);
/** Alphabetic code of ISO 4217. */
export const Currency = (): PropertyDecorator => text(CURRENCY_TEXT);
/** Text of 1 to `max` characters (code points, as JSON Schema counts), without U+0000 and lone surrogates. */
export const Text = (max: number): PropertyDecorator => text(freeText(max));

/** Integer from `min` to `max`, both at most 2⁵³−1. */
export const Whole = (min: number, max: number): PropertyDecorator => field({ kind: 'whole', min, max });
/** Integer that is not negative, up to 2⁵³−1. */
export const Count = (): PropertyDecorator => Whole(0, Number.MAX_SAFE_INTEGER);
/** `true` or `false`. */
export const Flag = (): PropertyDecorator => field({ kind: 'flag' });
/** One of these values. */
export const OneOf = (values: readonly (string | number)[]): PropertyDecorator => field({ kind: 'one-of', values });

/** List of `min` to `max` business ids. */
export const ListOfIds = (max: number, min = 1): PropertyDecorator =>
  field({ kind: 'texts', of: BUSINESS_ID_TEXT, max, min });
/** List of `min` to `max` texts of at most `length` characters each. */
export const ListOfTexts = (length: number, max: number, min = 1): PropertyDecorator =>
  field({ kind: 'texts', of: freeText(length), max, min });
/** An object of that class. */
export const Part = (type: () => MessageClass): PropertyDecorator =>
  both(field({ kind: 'part', type }), ValidateNested(), Type(type as () => new () => object));

/** List of `min` to `max` objects of that class. */
export const ListOf = (type: () => MessageClass, max: number, min = 1): PropertyDecorator =>
  both(field({ kind: 'parts', type, max, min }), ValidateNested({ each: true }), Type(type as () => new () => object));

/** The field may be absent. `null` is refused. */
export const Optional = (): PropertyDecorator => ValidateIf((_: object, value: unknown) => value !== undefined);

function text(kind: TextKind): PropertyDecorator {
  return field({ kind: 'text', of: kind });
}

function field(form: FieldForm): PropertyDecorator {
  return ValidateBy(
    {
      name: FIELD,
      constraints: [form],
      validator: {
        validate: (value: unknown) => fieldFaults(form, value).length === 0,
        defaultMessage: (about) => fieldFaults(form, about?.value)[0]?.code ?? 'schema-invalid',
      },
    },
    { context: form },
  );
}

function both(...decorators: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, key) => decorators.forEach((decorate) => decorate(target, key));
}
