import { type Fault, type FaultCode, pointerTo } from '../validation/faults';
import type { MessageClass } from './contract';
import type { TextKind } from './text-kinds';

/** Name of the one class-validator constraint that every decorator of ours is; its only argument is a field form. */
export const FIELD = 'tallystickField';

/** What a field may hold, as data: class path, schema and compiled validator are three readings of it. */
export type FieldForm =
  | { readonly kind: 'text'; readonly of: TextKind }
  | { readonly kind: 'whole'; readonly min: number; readonly max: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'one-of'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'texts'; readonly of: TextKind; readonly max: number; readonly min: number }
  | { readonly kind: 'part'; readonly type: () => MessageClass }
  | { readonly kind: 'parts'; readonly type: () => MessageClass; readonly max: number; readonly min: number };

/** A node of a JSON Schema. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The faults of a value by itself, pointers relative to the field; what lies inside of parts is not looked at. */
export function fieldFaults(form: FieldForm, value: unknown): readonly Fault[] {
  switch (form.kind) {
    case 'text':
      return typeof value === 'string' ? faultIf(form.of.fault(value)) : SHAPE;
    case 'whole':
      return Number.isSafeInteger(value) && Number(value) >= form.min && Number(value) <= form.max ? NONE : SHAPE;
    case 'flag':
      return typeof value === 'boolean' ? NONE : SHAPE;
    case 'one-of':
      return form.values.some((allowed) => allowed === value) ? NONE : SHAPE;
    case 'texts':
      return listFaults(value, form, (entry) => fieldFaults({ kind: 'text', of: form.of }, entry));
    case 'part':
      return isPlainObject(value) ? NONE : SHAPE;
    case 'parts':
      return listFaults(value, form, (entry) => (isPlainObject(entry) ? NONE : SHAPE));
  }
}

/** The JSON Schema of a field; `refTo` answers the reference to a part's own schema. */
export function fieldSchema(form: FieldForm, refTo: (part: MessageClass) => JsonSchema): JsonSchema {
  switch (form.kind) {
    case 'text':
      return { type: 'string', format: form.of.format, ...form.of.schema };
    case 'whole':
      return { type: 'integer', minimum: form.min, maximum: form.max };
    case 'flag':
      return { type: 'boolean' };
    case 'one-of':
      return { enum: [...form.values] };
    case 'texts':
      return listSchema(form, fieldSchema({ kind: 'text', of: form.of }, refTo));
    case 'part':
      return refTo(form.type());
    case 'parts':
      return listSchema(form, refTo(form.type()));
  }
}

const NONE: readonly Fault[] = [];
const SHAPE: readonly Fault[] = [{ code: 'schema-invalid', pointer: '' }];

function faultIf(code: FaultCode | undefined): readonly Fault[] {
  return code === undefined ? NONE : [{ code, pointer: '' }];
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Bounds = { readonly max: number; readonly min: number };

function listFaults(value: unknown, { max, min }: Bounds, ofEntry: (entry: unknown) => readonly Fault[]) {
  if (!Array.isArray(value)) return SHAPE;
  const faults: Fault[] = [];
  if (value.length > max) faults.push({ code: 'too-many-items', pointer: '' });
  if (value.length < min) faults.push(...SHAPE);
  value.forEach((entry: unknown, index) => {
    for (const { code, pointer } of ofEntry(entry)) faults.push({ code, pointer: pointerTo('', index) + pointer });
  });
  return faults;
}

function listSchema({ max, min }: Bounds, items: JsonSchema): JsonSchema {
  return { type: 'array', minItems: min, maxItems: max, items };
}
