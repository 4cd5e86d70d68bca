import { accrual, largeAccount } from './tasks/accrual';
import { append, growth } from './tasks/append';
import { askingThePast, askingThePastAgain } from './tasks/as-of';
import { copyDocuments, copyRows } from './tasks/copy-references';
import { expiry } from './tasks/expiry';
import { httpLoad } from './tasks/http-load';
import { latency } from './tasks/latency';
import { path } from './tasks/path';
import { prepare } from './tasks/prepare';
import { redemption } from './tasks/redemption';
import { replay } from './tasks/replay';
import { signing } from './tasks/signing';
import { verification } from './tasks/verification';

/** What a bench process can be asked to do, by name. */
export const TASKS: ReadonlyMap<string, (input: never) => Promise<unknown>> = new Map<
  string,
  (input: never) => Promise<unknown>
>([
  ['prepare', prepare],
  ['copy-documents', copyDocuments],
  ['copy-rows', copyRows],
  ['path', path],
  ['append', append],
  ['growth', growth],
  ['accrual', accrual],
  ['large-account', largeAccount],
  ['redemption', redemption],
  ['expiry', expiry],
  ['as-of', askingThePast],
  ['as-of-again', askingThePastAgain],
  ['replay', replay],
  ['verification', verification],
  ['latency', latency],
  ['signing', signing],
  ['http-load', httpLoad],
]);
