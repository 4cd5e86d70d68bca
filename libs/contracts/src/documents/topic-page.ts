import type { ContractEntry } from '../declaration/contract';
import { samplesOf } from '../samples';
import { type Hearers, speakerOf } from './async-api';
import { type Prose, contractName, everyContract } from './message-documents';

/** docs/events/README.md: one table of all topics, then a sample of each contract under its key. */
export function topicPage(prose: Prose, hearers: Hearers): string {
  const contracts = everyContract();
  return [
    '# Topics',
    '',
    'Made by `node tools/emit-documents.mjs` from the classes in `libs/contracts`; do not edit by hand.',
    'The same in machine words: [asyncapi.yaml](asyncapi.yaml).',
    '',
    '| topic | message | said by | heard by | schema |',
    '| --- | --- | --- | --- | --- |',
    ...contracts.map((contract) => row(contract, hearers)),
    '',
    ...contracts.flatMap((contract) => section(contract, prose)),
  ].join('\n');
}

function row(contract: ContractEntry, hearers: Hearers): string {
  const cells = [
    `\`${contract.topic}\``,
    contract.type ?? contract.messageClass.name,
    speakerOf(contract.topic) ?? 'publishers outside',
    (hearers[contract.topic] ?? []).join(', ') || '–',
    `[schema](${contractName(contract)}.schema.json)`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function section(contract: ContractEntry, prose: Prose): readonly string[] {
  const full = samplesOf(contract.messageClass).find(({ name }) => name === 'full');
  return [
    `## ${contract.type ?? contract.messageClass.name}`,
    '',
    `Topic \`${contract.topic}\`. ${prose[contract.messageClass.name]?.text ?? ''}`.trim(),
    '',
    ...(full
      ? [
          `Key of this sample: \`${contract.keyOf(full.message)}\``,
          '',
          '```json',
          JSON.stringify(full.message, null, 2),
          '```',
          '',
        ]
      : []),
  ];
}
