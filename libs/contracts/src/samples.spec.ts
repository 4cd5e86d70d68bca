import { contractsByTopic } from './declaration/contract';
import type { JsonSchema } from './declaration/field-forms';
import { schemaOf } from './declaration/schema';
import { readMessage } from './entrance/read-message';
import { samplesOf } from './samples';
import { instant } from '@tallystick/vocabulary';

const contracts = [...contractsByTopic().values()].flat();

/** `lines[].sku` for every field of a schema; only the required ones where asked for. */
function fieldsOf(root: JsonSchema, node: JsonSchema, onlyRequired: boolean, at = ''): string[] {
  const definitions = (root['$defs'] ?? {}) as Record<string, JsonSchema>;
  const reference = node['$ref'];
  if (typeof reference === 'string') {
    return fieldsOf(root, definitions[reference.replace('#/$defs/', '')] ?? {}, onlyRequired, at);
  }
  if (node['type'] === 'array') return fieldsOf(root, node['items'] as JsonSchema, onlyRequired, `${at}[]`);
  const required = (node['required'] ?? []) as string[];
  return Object.entries((node['properties'] ?? {}) as Record<string, JsonSchema>)
    .filter(([name]) => !onlyRequired || required.includes(name))
    .flatMap(([name, field]) => [`${at}.${name}`, ...fieldsOf(root, field, onlyRequired, `${at}.${name}`)]);
}

function fieldsIn(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((entry) => fieldsIn(entry, `${at}[]`));
  return Object.entries(value).flatMap(([name, inside]) => [`${at}.${name}`, ...fieldsIn(inside, `${at}.${name}`)]);
}

const distinct = (names: readonly string[]) => [...new Set(names)].sort();

describe.each(contracts.map((contract) => [contract.messageClass.name, contract] as const))(
  'the samples of %s',
  (_name, { messageClass, topic }) => {
    const samples = samplesOf(messageClass);
    const schema = schemaOf(messageClass);
    const everyField = distinct(fieldsOf(schema, schema, false));
    const requiredFields = distinct(fieldsOf(schema, schema, true));
    const alternatives = ['.member.id', '.member.cardToken'];

    it('show every field in the one named full, but for one of two ways to name a member', () => {
      const full = distinct(fieldsIn(samples.find(({ name }) => name === 'full')?.message));
      const missing = everyField.filter((field) => !full.includes(field));
      expect(missing.every((field) => alternatives.includes(field)) && missing.length <= 1).toBe(true);
    });

    it('show the least that is needed in the one named minimal, where fields are optional', () => {
      const minimal = samples.find(({ name }) => name === 'minimal')?.message;
      const shown = distinct(fieldsIn(minimal ?? samples[0]?.message));
      if (minimal && messageClass.name !== 'ReturnMade') expect(shown).toEqual(requiredFields);
      else expect(shown).toEqual(expect.arrayContaining(requiredFields));
    });

    it('pass both entrances', () => {
      const receipt = { receivedAt: instant('2026-11-26T00:00:00Z'), acceptFromDays: 400 };
      for (const { message } of samples) {
        const bytes = Buffer.from(JSON.stringify(message));
        expect(readMessage(topic, bytes, receipt)).toMatchObject({ ok: true, value: message });
      }
    });
  },
);
