import { scenario } from '@tallystick/decider';
import { type Instant, instant } from '@tallystick/vocabulary';
import { disputeDecider, type DisputeEvent, type OpenDispute } from './dispute.decider';

const NOON = '2026-11-06T12:00:00.000Z';
const DEADLINE = '2026-11-21T16:00:00.000Z';
const of = { program: 'main', holder: 'm-1', effectiveAt: NOON };
const purchases = [
  { source: 'till-1', id: 'P1' },
  { source: 'till-1', id: 'P2' },
];
const open = (more: Partial<OpenDispute> = {}): OpenDispute => ({
  kind: 'open-dispute',
  program: 'main',
  holder: 'm-1',
  claim: 'incorrect-accrual',
  purchases,
  unknown: [],
  deadline: instant(DEADLINE),
  at: instant(NOON),
  ...more,
});
const opened: DisputeEvent = {
  type: 'DisputeOpened',
  version: 1,
  data: { ...of, claim: 'incorrect-accrual', purchases, deadline: DEADLINE },
};
const overdueOn = (at: Instant) => ({ kind: 'mark-overdue' as const, at });
const grant = (isCredited = true, adjustment = 'a-1') => ({
  kind: 'grant-dispute' as const,
  adjustment,
  isCredited,
  by: 'user:bob',
  at: instant(NOON),
});
const decline = {
  kind: 'decline-dispute' as const,
  reason: 'rules-applied' as const,
  by: 'user:bob',
  at: instant(NOON),
};
const granted: DisputeEvent = {
  type: 'DisputeGranted',
  version: 1,
  data: { ...of, adjustment: 'a-1', by: 'user:bob' },
};
const declined: DisputeEvent = {
  type: 'DisputeDeclined',
  version: 1,
  data: { ...of, reason: 'rules-applied', by: 'user:bob' },
};
const overdue: DisputeEvent = { type: 'DisputeOverdue', version: 1, data: { ...of, effectiveAt: DEADLINE } };
const one = scenario(disputeDecider);

describe('a dispute', () => {
  it('is opened once by its name, in whatever order its purchases are named', () => {
    one.given().when(open()).then(opened);
    one
      .given(opened)
      .when(open({ purchases: [...purchases].reverse() }))
      .thenNothing();
    one
      .given(opened)
      .when(open({ purchases: [purchases[0]!] }))
      .thenRefused('dispute-conflict');
    one
      .given(opened)
      .when(open({ claim: 'missing-accrual' }))
      .thenRefused('dispute-conflict');
  });

  it('about what was granted names purchases that were, about what is missing any', () => {
    const unknown = [purchases[1]!];
    one.given().when(open({ unknown })).thenRefused('purchase-unknown', { purchase: 'till-1:P2' });
    expect(
      one
        .given()
        .when(open({ unknown, claim: 'missing-accrual' }))
        .outcome(),
    ).toHaveLength(1);
  });

  it('is granted with an adjustment that was made, or declined with a reason', () => {
    one.given(opened).when(grant()).then(granted);
    one.given(opened).when(grant(false)).thenRefused('adjustment-unknown', { adjustment: 'a-1' });
    one.given(opened).when(decline).then(declined);
  });

  it('has one end: the same again is known, any other is refused', () => {
    one.given(opened, granted).when(grant()).thenNothing();
    one.given(opened, granted).when(grant(true, 'a-2')).thenRefused('dispute-resolved', { state: 'granted' });
    one.given(opened, granted).when(decline).thenRefused('dispute-resolved', { state: 'granted' });
    one.given(opened, declined).when(decline).thenNothing();
    one.given(opened, declined).when(grant()).thenRefused('dispute-resolved', { state: 'declined' });
  });

  it('is overdue from its deadline on, once, unless it was answered; an answer may still come', () => {
    one
      .given(opened)
      .when(overdueOn(instant('2026-11-21T15:59:59.999Z')))
      .thenNothing();
    one
      .given(opened)
      .when(overdueOn(instant(DEADLINE)))
      .then(overdue);
    one
      .given(opened, overdue)
      .when(overdueOn(instant('2026-12-01T00:00:00Z')))
      .thenNothing();
    one
      .given(opened, granted)
      .when(overdueOn(instant(DEADLINE)))
      .thenNothing();
    one.given(opened, overdue).when(grant()).then(granted);
  });

  it('must have been opened', () => {
    one.given().when(grant()).thenRefused('dispute-unknown');
  });
});
