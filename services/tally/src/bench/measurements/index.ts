import type { Measurement } from '../measure';
import { asOfAnswers } from './as-of';
import { embeddedPath } from './embedded-path';
import { eventStore } from './event-store';
import { expiryDay } from './expiry';
import { httpEntrance } from './http-entrance';
import { kafkaPath } from './kafka-path';
import { oldAccount } from './large-account';
import { halfLoad } from './latency';
import { ledgerAccrual } from './ledger-accrual';
import { longerRun } from './longer-run';
import { redemptions } from './redemption';
import { auditReplay } from './replay';
import { sealing } from './sealing';
import { signedBinding } from './signing';
import { tableGrowth } from './table-growth';
import { verification } from './verification';

/** Everything that can be measured, in the order in which it is. */
export const MEASUREMENTS: readonly Measurement[] = [
  embeddedPath,
  halfLoad,
  longerRun,
  kafkaPath,
  eventStore,
  ledgerAccrual,
  httpEntrance,
  oldAccount,
  redemptions,
  expiryDay,
  asOfAnswers,
  auditReplay,
  verification,
  signedBinding,
  sealing,
  tableGrowth,
];
