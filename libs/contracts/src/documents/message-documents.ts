import { type ContractEntry, contractsByTopic } from '../declaration/contract';
import type { JsonSchema } from '../declaration/field-forms';
import { schemaOf } from '../declaration/schema';
// Loads every message class, and with that registers every contract.
import '../samples';

/** What the sources say of a class and of its fields, by the class's name. */
export type Prose = Readonly<
  Record<string, { readonly text: string; readonly fields: Readonly<Record<string, string>> }>
>;

/** Every contract, topics in the order of their names. */
export function everyContract(): readonly ContractEntry[] {
  return [...contractsByTopic().values()].flat();
}

/** Name of a contract in file names and references: the topic, and the type where a topic has several. */
export function contractName({ topic, type }: ContractEntry): string {
  return type === undefined ? topic : `${topic}.${type}`;
}

/** The schema of a contract as publishers outside read it, with what the sources say of each field. */
export function describedSchema(contract: ContractEntry, prose: Prose): JsonSchema {
  const schema = schemaOf(contract.messageClass);
  const { $defs, ...body } = schema;
  const definitions = Object.entries(($defs ?? {}) as Record<string, JsonSchema>);
  return {
    ...described(body, prose),
    ...($defs !== undefined && {
      $defs: Object.fromEntries(definitions.map(([name, part]) => [name, described(part, prose)])),
    }),
  };
}

function described({ $schema, $id, title, properties, ...rest }: JsonSchema, prose: Prose): JsonSchema {
  const said = prose[String(title)];
  const fields = Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([name, field]) => {
    const text = said?.fields[name];
    return [name, text ? { description: text, ...field } : field] as const;
  });
  return {
    ...($schema !== undefined && { $schema }),
    ...($id !== undefined && { $id }),
    title,
    ...(said?.text && { description: said.text }),
    ...rest,
    properties: Object.fromEntries(fields),
  };
}
