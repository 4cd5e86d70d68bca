import {
  accountDecider,
  adjustmentBatchDecider,
  adjustmentDayDecider,
  adjustmentPolicyDecider,
  adjustmentRequestDecider,
  assetsDecider,
  disputeDecider,
  violationsDecider,
} from '@tallystick/ledger-domain';

/** Every kind of stream that the ledger owns: what its log is made of. */
export const LEDGER_KINDS: readonly string[] = [
  accountDecider.kind,
  adjustmentBatchDecider.kind,
  adjustmentDayDecider.kind,
  adjustmentPolicyDecider.kind,
  adjustmentRequestDecider.kind,
  assetsDecider.kind,
  disputeDecider.kind,
  violationsDecider.kind,
];
