import type { ledger } from '@tallystick/contracts';
import { bodyOf, partsOf, type RecordedEvent } from '@tallystick/decider';
import { disputeDecider, type DisputeEvent } from '@tallystick/ledger-domain';
import type { Announcement } from '@tallystick/messaging';

/** What disputes are said on. */
export const DISPUTE_TOPIC = 'ledger.dispute-changed.v1';

const STATES = {
  DisputeOpened: 'open',
  DisputeOverdue: 'overdue',
  DisputeGranted: 'granted',
  DisputeDeclined: 'declined',
} as const;

/** The events of disputes, each of which is said. */
export const DISPUTE_EVENTS = Object.keys(STATES);

/** What an event of a dispute says: for messages to the member. */
export function saidOfDispute(event: RecordedEvent): Announcement[] {
  const said = disputeDecider.upcast(event.type, event.version, bodyOf(event));
  const [account, dispute] = partsOf(event.stream) as [string, string];
  const { program, holder: member, effectiveAt } = said.data;
  const head = { account, member, program, revision: event.revision, effectiveAt };
  const message: ledger.DisputeChanged = { ...head, dispute, state: STATES[said.type], ...detailsOf(said) };
  return [{ topic: DISPUTE_TOPIC, key: account, message }];
}

function detailsOf({ type, data }: DisputeEvent): Partial<ledger.DisputeChanged> {
  switch (type) {
    case 'DisputeOpened':
      return { purchases: data.purchases, deadline: data.deadline };
    case 'DisputeGranted':
      return { adjustment: data.adjustment };
    case 'DisputeDeclined':
      return { reason: data.reason };
    case 'DisputeOverdue':
      return {};
  }
}
