import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from '../declaration/field-forms';

/** Words for people, which bind nobody. */
const PROSE: ReadonlySet<string> = new Set(['$schema', '$id', '$defs', 'title', 'description']);

/**
 * Sentences about how a schema breaks those who rely on its frozen copy; empty where it does not. Only fields that may
 * be absent may be added (capabilities X7): everything else needs a new version, that is a new topic.
 */
export function incompatibilities(frozen: JsonSchema, emitted: JsonSchema): readonly string[] {
  return compare({ root: frozen, node: frozen }, { root: emitted, node: emitted }, '');
}

interface Place {
  readonly root: JsonSchema;
  readonly node: JsonSchema;
}

function compare(frozen: Place, emitted: Place, at: string): readonly string[] {
  const [before, after] = [resolved(frozen), resolved(emitted)];
  const { properties: oldFields, items: oldItems, required: oldRequired, ...oldRules } = rules(before.node);
  const { properties: newFields, items: newItems, required: newRequired, ...newRules } = rules(after.node);
  const place = at || '/';
  const broken = isDeepStrictEqual(oldRules, newRules)
    ? []
    : [`${place}: ${inShort(oldRules)} became ${inShort(newRules)}`];
  broken.push(...requiredChanges(names(oldRequired), names(newRequired), place));
  for (const [name, field] of Object.entries(children(oldFields))) {
    const next = children(newFields)[name];
    const inside = `${at}/${name}`;
    if (!next) broken.push(`${inside}: the field is gone`);
    else broken.push(...compare({ ...before, node: field }, { ...after, node: next }, inside));
  }
  if (isSchema(oldItems) && isSchema(newItems)) {
    broken.push(...compare({ ...before, node: oldItems }, { ...after, node: newItems }, `${at}/*`));
  }
  return broken;
}

function requiredChanges(before: readonly string[], after: readonly string[], place: string): readonly string[] {
  return [
    ...after.filter((name) => !before.includes(name)).map((name) => `${place}: ${name} is newly required`),
    ...before.filter((name) => !after.includes(name)).map((name) => `${place}: ${name} may now be absent`),
  ];
}

function resolved({ root, node }: Place): Place {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return { root, node };
  const target = children(root['$defs'])[reference.replace('#/$defs/', '')];
  if (!target) throw new TypeError(`${reference} leads nowhere`);
  return { root, node: target };
}

function rules(node: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => !PROSE.has(keyword)));
}

function children(value: unknown): Readonly<Record<string, JsonSchema>> {
  if (!isSchema(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, JsonSchema] => isSchema(entry[1])));
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function inShort(rules: JsonSchema): string {
  return JSON.stringify(rules);
}
