import type { Instant } from '@tallystick/vocabulary';
import { type ContractEntry, contractsByTopic } from '../declaration/contract';
import { PurchasePaid } from '../publishers/purchase-paid.v1';
import { checkPurchase } from '../publishers/purchase-rules';
import { ReturnMade } from '../publishers/return-made.v1';
import { checkReturn } from '../publishers/return-rules';
import type { Receipt } from '../publishers/time-rules';
import { validatorOf } from '../validation/compiled';
import { type Refusal, type Verdict, refusal } from '../validation/faults';
import { type StrictJsonLimits, readStrictJson } from './strict-json';

/** A record of a topic as the bus has it, not yet looked at. */
export interface RawRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  /** When the bus took the record; limits of age are judged by it. */
  readonly receivedAt: Instant;
  /** See {@link Receipt}; absent = no limit here, the handler judges. */
  readonly acceptFromDays?: number | null;
}

/** Reads one record: the message, or the code and pointer of its dead letter. Never throws for what a record holds. */
export type RecordReader = (record: RawRecord) => Verdict<object>;

/**
 * Reads a record of any topic (trust.md §3 E): `empty`, then everything that {@link readMessage} refuses, then
 * `key-mismatch` where the record's key is not the one that its message asks for.
 */
export const readRecord: RecordReader = ({ topic, key, value, receivedAt, acceptFromDays = null }) => {
  if (value === null || value.length === 0) return refusal('empty');
  const read = readMessage(topic, value, { receivedAt, acceptFromDays });
  if (!read.ok) return read;
  return read.contract.keyOf(read.value) === key ? read : refusal('key-mismatch');
};

export type MessageVerdict = { readonly ok: true; readonly value: object; readonly contract: ContractEntry } | Refusal;

/**
 * Reads the bytes of a message for a topic, as HTTP body, topic value or JSONL line: strict JSON, a type and version
 * known on that topic (`unknown-schema`), the compiled schema, then the contract's own rules. The first fault answers.
 */
export function readMessage(topic: string, bytes: Uint8Array, receipt: Receipt & StrictJsonLimits): MessageVerdict {
  const json = readStrictJson(bytes, receipt);
  if (!json.ok) return json;
  const contracts = contractsOf(topic);
  const contract = contracts.find(({ type }) => type === undefined || type === typeIn(json.value)) ?? contracts[0];
  if (!contract) return refusal('unknown-schema');
  const shaped = validatorOf(contract.messageClass)(json.value);
  if (!shaped.ok) return shaped;
  return checkOwnRules(shaped.value, contract, receipt) ?? { ok: true, value: shaped.value, contract };
}

let topics: ReturnType<typeof contractsByTopic> | undefined;

function contractsOf(topic: string): readonly ContractEntry[] {
  topics ??= contractsByTopic();
  return topics.get(topic) ?? [];
}

function typeIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
}

function checkOwnRules(message: object, { messageClass }: ContractEntry, receipt: Receipt): Refusal | undefined {
  if (messageClass === PurchasePaid) return checkPurchase(message as PurchasePaid, receipt);
  if (messageClass === ReturnMade) return checkReturn(message as ReturnMade, receipt);
  return undefined;
}
