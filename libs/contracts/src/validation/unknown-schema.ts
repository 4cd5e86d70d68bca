import { type MessageClass, contractOf } from '../declaration/contract';
import type { Fault } from './faults';

/**
 * A message of an outside topic that says a type or version we do not know is `unknown-schema` and nothing else: its
 * other fields are not ours to judge (purchase-contract.md; trust.md case 54).
 */
export function asContractFaults(
  messageClass: MessageClass,
  value: unknown,
  faults: readonly Fault[],
): readonly Fault[] {
  if (contractOf(messageClass)?.type === undefined || typeof value !== 'object' || value === null) return faults;
  const unknown = faults.find(
    ({ pointer }) =>
      (pointer === '/type' && 'type' in value && typeof value.type === 'string') ||
      (pointer === '/version' && 'version' in value && typeof value.version === 'number'),
  );
  return unknown ? [{ code: 'unknown-schema', pointer: unknown.pointer }] : faults;
}
