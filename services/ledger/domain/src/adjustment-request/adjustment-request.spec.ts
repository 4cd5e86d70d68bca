import { scenario } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import { adjustmentRequestDecider, type AdjustmentRequestEvent } from './adjustment-request.decider';

const NOON = '2026-11-06T12:00:00.000Z';
const LATER = '2026-11-07T12:00:00.000Z';
const asked = {
  program: 'main',
  account: 'acc',
  adjustment: 'a-1',
  asset: 'POINTS',
  amount: '500',
  reason: 'goodwill',
  unit: 'mall',
  unitCost: '1/100',
};
const request = (more: object = {}) => ({
  kind: 'request-adjustment' as const,
  asked: { ...asked, ...more },
  maker: 'user:eve',
  alone: 100n,
  at: instant(NOON),
});
const requested: AdjustmentRequestEvent = {
  type: 'AdjustmentRequested',
  version: 1,
  data: { ...asked, maker: 'user:eve', alone: '100', effectiveAt: NOON },
};
const approve = (by: string) => ({ kind: 'approve-adjustment' as const, by, at: instant(LATER) });
const turnDown = (by: string) => ({ kind: 'turn-down-adjustment' as const, by, at: instant(LATER) });
const decided = (type: 'AdjustmentApproved' | 'AdjustmentTurnedDown', approver: string): AdjustmentRequestEvent => ({
  type,
  version: 1,
  data: { approver, effectiveAt: LATER },
});
const one = scenario(adjustmentRequestDecider);

describe('an adjustment that needs a second person', () => {
  it('is asked for once by its name, whatever a point costs when it is asked again', () => {
    one.given().when(request()).then(requested);
    one
      .given(requested)
      .when(request({ unitCost: '1/50' }))
      .thenNothing();
    one
      .given(requested)
      .when(request({ amount: '501' }))
      .thenRefused('decision-conflict');
  });

  it('is approved or turned down by another person', () => {
    one.given(requested).when(approve('user:bob')).then(decided('AdjustmentApproved', 'user:bob'));
    one.given(requested).when(turnDown('user:bob')).then(decided('AdjustmentTurnedDown', 'user:bob'));
  });

  it('is not decided by its maker, before or after somebody else did (case 71)', () => {
    one.given(requested).when(approve('user:eve')).thenRefused('self-approval');
    one.given(requested).when(turnDown('user:eve')).thenRefused('self-approval');
    const approved = decided('AdjustmentApproved', 'user:bob');
    one.given(requested, approved).when(approve('user:eve')).thenRefused('self-approval');
  });

  it('is decided once: the same again is known, the other is refused', () => {
    const approved = decided('AdjustmentApproved', 'user:bob');
    one.given(requested, approved).when(approve('user:ann')).thenNothing();
    one.given(requested, approved).when(turnDown('user:ann')).thenRefused('request-decided', { state: 'approved' });
    const turnedDown = decided('AdjustmentTurnedDown', 'user:bob');
    one.given(requested, turnedDown).when(approve('user:ann')).thenRefused('request-decided', { state: 'turned-down' });
  });

  it('must have been asked for', () => {
    one.given().when(approve('user:bob')).thenRefused('request-unknown');
  });
});
