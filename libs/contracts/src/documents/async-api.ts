import type { ContractEntry } from '../declaration/contract';
import type { JsonSchema } from '../declaration/field-forms';
import { samplesOf } from '../samples';
import { type Prose, contractName, everyContract } from './message-documents';

/** Who hears a topic: service names by topic. Who says it stands in the topic's name. */
export type Hearers = Readonly<Record<string, readonly string[]>>;

/** Partitions and limits of every topic (design §6 "Bus port" and "Size limits"). */
const KAFKA_TOPIC = { partitions: 12, topicConfiguration: { 'max.message.bytes': 4_194_304 } };

/** The service that says a topic; undefined for topics of publishers outside. */
export function speakerOf(topic: string): string | undefined {
  const parts = topic.split('.');
  return parts.length === 3 ? parts[0] : undefined;
}

/** The AsyncAPI 3.0 document of all topics: channels, messages with schema reference, key and samples, who says and hears. */
export function asyncApiDocument(version: string, prose: Prose, hearers: Hearers): JsonSchema {
  const contracts = everyContract();
  const topics = [...new Set(contracts.map(({ topic }) => topic))];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tallystick topics',
      version,
      description:
        'Everything that services say to each other and that publishers outside say to them. ' +
        'Delivery is at least once and ordered by key; a record that breaks its contract becomes a dead letter.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(topics.map((topic) => [topic, channel(topic, contracts)])),
    operations: Object.fromEntries(topics.flatMap((topic) => operations(topic, hearers))),
    components: {
      messages: Object.fromEntries(contracts.map((contract) => [contractName(contract), message(contract, prose)])),
    },
  };
}

function channel(topic: string, contracts: readonly ContractEntry[]): JsonSchema {
  const spoken = contracts.filter((contract) => contract.topic === topic).map(contractName);
  const isKeptForEver = speakerOf(topic) !== undefined;
  const topicConfiguration = { ...KAFKA_TOPIC.topicConfiguration, ...(isKeptForEver && { 'retention.ms': -1 }) };
  return {
    address: topic,
    messages: Object.fromEntries(spoken.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: { kafka: { topic, ...KAFKA_TOPIC, topicConfiguration, bindingVersion: '0.5.0' } },
  };
}

function operations(topic: string, hearers: Hearers): readonly (readonly [string, JsonSchema])[] {
  const channelReference = { $ref: `#/channels/${topic}` };
  const speaker = speakerOf(topic) ?? 'publisher';
  return [
    [`${speaker}.says.${topic}`, { action: 'send', channel: channelReference }],
    ...(hearers[topic] ?? []).map(
      (service) => [`${service}.hears.${topic}`, { action: 'receive', channel: channelReference }] as const,
    ),
  ];
}

function message(contract: ContractEntry, prose: Prose): JsonSchema {
  const text = prose[contract.messageClass.name]?.text;
  return {
    name: contract.type ?? contract.messageClass.name,
    title: contract.messageClass.name,
    ...(text && { summary: text }),
    contentType: 'application/json',
    payload: {
      schemaFormat: 'application/schema+json;version=draft-2020-12',
      schema: { $ref: `./${contractName(contract)}.schema.json` },
    },
    bindings: { kafka: { key: { type: 'string' }, bindingVersion: '0.5.0' } },
    examples: samplesOf(contract.messageClass).map((sample) => ({ name: sample.name, payload: sample.message })),
  };
}
