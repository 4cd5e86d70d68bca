import Ajv2020, { type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020';
import type { MessageClass } from '../declaration/contract';
import type { JsonSchema } from '../declaration/field-forms';
import { schemaOf } from '../declaration/schema';
import { textKind } from '../declaration/text-kinds';
import { type Fault, type Verdict, pointerTo, refusalOf } from './faults';
import { asContractFaults } from './unknown-schema';

const validators = new Map<MessageClass, (value: unknown) => Verdict<object>>();

/**
 * The compiled validator of a message class or DTO: it decides at both entrances (design §6 "Two entrances, one
 * declaration"). The value is JSON that {@link readStrictJson} let through; it is answered as it came, not copied.
 */
export function validatorOf<T extends object>(messageClass: MessageClass<T>): (value: unknown) => Verdict<T> {
  let validate = validators.get(messageClass);
  if (!validate) validators.set(messageClass, (validate = compile(messageClass)));
  return validate as (value: unknown) => Verdict<T>;
}

function compile(messageClass: MessageClass): (value: unknown) => Verdict<object> {
  const schema = lean(schemaOf(messageClass));
  const isGood = compiler(schema).compile<object>(schema);
  let explain: ValidateFunction | undefined;
  return (value) => {
    if (isGood(value)) return { ok: true, value };
    explain ??= compiler(schema, { allErrors: true, verbose: true }).compile(schema);
    explain(value);
    return refusalOf(asContractFaults(messageClass, value, (explain.errors ?? []).map(faultOf)));
  };
}

/**
 * Our own code made the schema, and its spec holds what it makes against the draft; so no compiler compiles the draft's
 * meta-schema first, which would take longer than all else that a start does with schemas.
 */
function compiler(schema: JsonSchema, options: Options = {}): Ajv2020 {
  const trusted = { meta: false, validateSchema: false };
  return new Ajv2020({ strict: true, messages: false, formats: formatsIn(schema), ...trusted, ...options });
}

function faultOf(error: ErrorObject): Fault {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case 'additionalProperties':
      return { code: 'unknown-field', pointer: pointerTo(pointer, error.params['additionalProperty']) };
    case 'required':
      return { code: 'schema-invalid', pointer: pointerTo(pointer, error.params['missingProperty']) };
    case 'maxItems':
      return { code: 'too-many-items', pointer };
    case 'format':
      return { code: textKind(error.params['format'])?.fault(String(error.data)) ?? 'schema-invalid', pointer };
    default:
      return { code: 'schema-invalid', pointer };
  }
}

/** What the format decides needs no second look by pattern and length; `$id` would clash between two compilations. */
function lean(schema: JsonSchema): JsonSchema {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    if ('format' in node && typeof node.format === 'string') return { type: 'string', format: node.format };
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
  };
  const { $id: _, ...rest } = visit(schema) as Record<string, unknown>;
  return rest;
}

function formatsIn(schema: JsonSchema): Record<string, (text: string) => boolean> {
  const names = new Set(JSON.stringify(schema).match(/(?<="format":")[^"]+/g));
  return Object.fromEntries(
    [...names].map((name) => {
      const kind = textKind(name);
      if (!kind) throw new TypeError(`the format ${name} is not declared`);
      return [name, (text: string) => kind.fault(text) === undefined];
    }),
  );
}
