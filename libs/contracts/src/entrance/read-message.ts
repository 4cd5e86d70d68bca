import { type ContractEntry, contractsByTopic } from '../declaration/contract';
import { PurchasePaid } from '../publishers/purchase-paid.v1';
import { checkPurchase } from '../publishers/purchase-rules';
import { ReturnMade } from '../publishers/return-made.v1';
import { checkReturn } from '../publishers/return-rules';
import type { Receipt } from '../publishers/time-rules';
import { validatorOf } from '../validation/compiled';
import { type Refusal, refusal } from '../validation/faults';
import { type StrictJsonLimits, readStrictJson } from './strict-json';

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
