import { contractsByTopic, readMessage } from '@tallystick/contracts';
import { type RecordReader, recordReader, type TopicBinding } from '@tallystick/messaging';
import type { Instant } from '@tallystick/vocabulary';
import type { Settings } from './settings';
import { bindingOf } from './topic-bindings';

/** A topic of publishers outside: whom it speaks for, and how its records are read. */
export interface OutsideTopic {
  readonly binding: TopicBinding;
  readonly reader: RecordReader;
}

/** How the records of an outside topic are read, and whom they speak for. */
export function outsideTopic(topic: string, settings: Settings, now: () => Instant): OutsideTopic {
  const binding = bindingOf(topic, settings);
  return { binding, reader: readerOf(binding, now) };
}

function readerOf(binding: TopicBinding, now: () => Instant): RecordReader {
  const { topic } = binding;
  const contracts = contractsByTopic().get(topic) ?? [];
  if (contracts.length === 0) throw new Error(`no contract is declared for the topic ${topic}`);
  return recordReader({
    binding,
    read: (value) => {
      const verdict = readMessage(topic, value, { receivedAt: now(), acceptFromDays: null });
      return verdict.ok ? { ok: true, message: verdict.value } : verdict;
    },
    keyOf: (message) => {
      const type = 'type' in message ? message.type : undefined;
      const contract = contracts.find((one) => one.type === undefined || one.type === type) ?? contracts[0];
      return contract?.keyOf(message) ?? '';
    },
  });
}
