import { ValidationTypes, getMetadataStorage } from 'class-validator';
import { validationMetadataArrayToSchemas } from 'class-validator-jsonschema';
import { type MessageClass, contractOf } from './contract';
import { FIELD, type FieldForm, type JsonSchema, fieldSchema } from './field-forms';

type FieldMetadata = Parameters<typeof validationMetadataArrayToSchemas>[0][number];

const SCHEMA_DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const schemas = new Map<MessageClass, JsonSchema>();

/**
 * The JSON Schema 2020-12 of a message class or DTO, from its decorators: unknown fields are refused, parts lie under
 * `$defs` by their class names. A field whose decorator has no schema form, a class without fields, and two parts of
 * one name are `TypeError`s: they fail the build (capabilities X10).
 */
export function schemaOf(messageClass: MessageClass): JsonSchema {
  const known = schemas.get(messageClass);
  if (known) return known;
  const contract = contractOf(messageClass);
  const schema: JsonSchema = {
    $schema: SCHEMA_DIALECT,
    ...(contract?.messageClass === messageClass && {
      $id: ['urn:tallystick', contract.topic, contract.type].filter(Boolean).join(':'),
    }),
    ...bodyAndDefinitions(messageClass),
  };
  schemas.set(messageClass, schema);
  return schema;
}

function bodyAndDefinitions(messageClass: MessageClass): JsonSchema {
  const parts = new Map<string, MessageClass>();
  const refTo = (part: MessageClass): JsonSchema => {
    const sameName = parts.get(part.name);
    if (sameName && sameName !== part) throw new TypeError(`${messageClass.name} has two parts named ${part.name}`);
    parts.set(part.name, part);
    return { $ref: `#/$defs/${part.name}` };
  };
  const body = objectSchema(messageClass, refTo);
  const definitions: Record<string, JsonSchema> = {};
  for (const [name, part] of parts) definitions[name] = objectSchema(part, refTo);
  return parts.size === 0 ? body : { ...body, $defs: definitions };
}

function objectSchema(messageClass: MessageClass, refTo: (part: MessageClass) => JsonSchema): JsonSchema {
  const fields = fieldsOf(messageClass);
  if (fields.length === 0) throw new TypeError(`${messageClass.name} has no decorated fields`);
  const emitted = validationMetadataArrayToSchemas(fields, {
    additionalConverters: {
      [FIELD]: (metadata) => ({ ...fieldSchema(formOf(metadata), refTo) }),
      [ValidationTypes.NESTED_VALIDATION]: {},
    },
  })[messageClass.name];
  return { title: messageClass.name, ...emitted, additionalProperties: false };
}

/** The validation metadata of a class, inherited fields included, as if all of it were declared on the class itself. */
function fieldsOf(messageClass: MessageClass): FieldMetadata[] {
  const storage = getMetadataStorage();
  return storage.getTargetValidationMetadatas(messageClass, '', true, false).map((metadata) => {
    const constraint = metadata.constraintCls && storage.getTargetValidatorConstraints(metadata.constraintCls)[0];
    const type = constraint?.name ?? metadata.type;
    const hasForm = [FIELD, ValidationTypes.NESTED_VALIDATION, ValidationTypes.CONDITIONAL_VALIDATION].includes(type);
    if (!hasForm) {
      throw new TypeError(`${messageClass.name}.${metadata.propertyName}: the decorator ${type} has no schema form`);
    }
    return Object.assign(Object.create(Object.getPrototypeOf(metadata)), metadata, { target: messageClass, type });
  });
}

function formOf({ constraints }: FieldMetadata): FieldForm {
  return constraints[0];
}
