import type { Evaluation, PurchaseContent } from '@tallystick/campaigns-domain';
import type { StoredPurchase } from '../application/purchase-records';

/** A purchase as it stands, and why it earned what it did (capabilities C20). */
export interface PurchaseView extends Omit<PurchaseContent, 'member'> {
  readonly source: string;
  readonly id: string;
  readonly program: string;
  readonly member?: string;
  readonly account?: string;
  readonly unit: string;
  readonly evaluation: Evaluation;
  /** Hash of the event that holds this receipt, hex; the ledger's accruals name it. */
  readonly receipt: string;
  readonly revision: number;
  readonly position: string;
}

export function purchaseView(source: string, id: string, { state, last }: StoredPurchase): PurchaseView | undefined {
  if (!state.recorded) return undefined;
  const { purchase, subject, evaluation } = state.recorded;
  const { member: _reference, ...content } = purchase;
  return {
    source,
    id,
    program: subject.program,
    ...(subject.member === undefined ? {} : { member: subject.member }),
    ...(subject.account === undefined ? {} : { account: subject.account }),
    ...content,
    unit: subject.issuer,
    evaluation,
    receipt: Buffer.from(last.hash).toString('hex'),
    revision: last.revision,
    position: last.position,
  };
}
