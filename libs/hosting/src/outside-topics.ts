import { contractsByTopic, readMessage } from '@tallystick/contracts';
import { type RecordReader, recordReader, type TopicBinding } from '@tallystick/messaging';
import type { Instant } from '@tallystick/vocabulary';
import type { Settings } from './settings';

/** A topic of publishers outside: whom it speaks for, and how its records are read. */
export interface OutsideTopic {
  readonly binding: TopicBinding;
  readonly reader: RecordReader;
}

/** Binds an outside topic to the tenant and program of the settings, open to whoever may write it. */
export function outsideTopic(topic: string, settings: Settings, now: () => Instant): OutsideTopic {
  const { TALLY_TENANT: tenant = 'demo', TALLY_PROGRAM: program = 'main' } = settings;
  const binding: TopicBinding = { topic, tenant, program, mode: 'open' };
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
