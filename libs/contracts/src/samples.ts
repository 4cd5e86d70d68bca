import { auditSamples } from './audit/samples';
import { campaignSamples } from './campaigns/samples';
import type { MessageClass } from './declaration/contract';
import type { Sample } from './declaration/sample';
import { ledgerSamples } from './ledger/samples';
import { membershipSamples } from './membership/samples';
import { organizationSamples } from './organization/samples';
import { publisherSamples } from './publishers/samples';

/** Every sample of every contract. */
export const SAMPLES: readonly Sample[] = [
  ...publisherSamples,
  ...organizationSamples,
  ...membershipSamples,
  ...campaignSamples,
  ...ledgerSamples,
  ...auditSamples,
];

/** The samples of one contract, in the order of docs/events. */
export function samplesOf<T extends object>(messageClass: MessageClass<T>): readonly Sample<T>[] {
  return SAMPLES.filter((sample): sample is Sample<T> => sample.messageClass === messageClass);
}
