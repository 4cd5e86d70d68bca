import { BusinessId, Optional, Text, Uuid } from '@tallystick/contracts';

/** Who and what a decision names, as a line of a statement and a node of an explanation tell it (capabilities L21, 5-4). */
export class DecisionNames {
  /** The caller's name of the decision: of a hold, an adjustment, a transfer … */
  @Optional()
  @BusinessId()
  readonly name?: string;

  /** What a grant or a withdrawal is for: `bought`, `gift`, `top-up`, `loan`, `credit`, `repayment`; `refund`, `limit`, `loan-repayment`. */
  @Optional()
  @Text(32)
  readonly by?: string;

  @Optional()
  @Text(200)
  readonly reason?: string;

  @Optional()
  @BusinessId()
  readonly unit?: string;

  /** The till that may spend a hold offline. */
  @Optional()
  @BusinessId()
  readonly till?: string;

  /** Who spends of a pool. */
  @Optional()
  @BusinessId()
  readonly member?: string;

  /** The other account of a transfer or a merge. */
  @Optional()
  @Uuid()
  readonly account?: string;
}
