import {
  Amount,
  BusinessId,
  Contract,
  Count,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  Part,
  Rate,
  SignedAmount,
  Slug,
  Text,
  Uuid,
} from '../decorators';
import { AccountMessage } from './account-message';
import { PurchaseReference } from '../publishers/return-made.v1';

/**
 * What one lot gained or lost. What the holder has of a lot is the sum of its movements: pending, available and held
 * together; activation and holds move nothing.
 */
export class LotMovement {
  @Text(32)
  readonly asset!: string;

  /** Absent where the asset has no lots (GROWTH), or the part found no lot. */
  @Optional()
  @Text(140)
  readonly lot?: string;

  /** The unit that owes for the lot. */
  @BusinessId()
  readonly issuer!: string;

  /** Signed: what the movement adds to what the holder has of the lot. */
  @SignedAmount()
  readonly amount!: string;

  @Optional()
  @Rate()
  readonly unitCost?: string;

  /** Where it lies: `pending` may not be spent before it is activated. Absent: available. */
  @Optional()
  @OneOf(['pending'])
  readonly book?: 'pending';
}

/**
 * Spendable assets have moved in an account: an accrual, its amendment after a re-evaluation, a reversal or its
 * recalculation. Amounts are changes, so sums over any subset of events are right. Key: the account.
 */
abstract class AccountMovement extends AccountMessage {
  /** The purchase or return that caused it. */
  @Part(() => PurchaseReference)
  readonly source!: PurchaseReference;

  @BusinessId()
  readonly store!: string;

  /** The unit of that store. */
  @BusinessId()
  readonly unit!: string;

  @ListOf(() => LotMovement, 10_000, 0)
  readonly movements!: readonly LotMovement[];
}

@Contract({ topic: 'ledger.points-accrued.v1', key: (message: PointsAccrued) => message.account })
export class PointsAccrued extends AccountMovement {
  /** `amendment`: the evaluation of an accrued purchase has changed. */
  @OneOf(['accrual', 'amendment'])
  readonly kind!: 'accrual' | 'amendment';

  @Text(64)
  readonly receipt!: string;
}

export class Residue {
  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;
}

@Contract({ topic: 'ledger.points-reversed.v1', key: (message: PointsReversed) => message.account })
export class PointsReversed extends AccountMovement {
  /** `recalculation`: a late fact has changed what an earlier reversal could take (capabilities L13). */
  @OneOf(['reversal', 'recalculation'])
  readonly kind!: 'reversal' | 'recalculation';

  /** Asked so far and not found on the account, per asset, after this movement. */
  @ListOf(() => Residue, 20, 0)
  readonly uncollectable!: readonly Residue[];

  /** Asked so far, not found, and owed by the holder: later accruals repay it first (capabilities L7). Absent: nothing. */
  @Optional()
  @ListOf(() => Residue, 20)
  readonly deficit?: readonly Residue[];

  /** Asked so far and held of the lot itself: taken or not when the hold ends. Absent: nothing. */
  @Optional()
  @ListOf(() => Residue, 20)
  readonly onHold?: readonly Residue[];

  /**
   * What it took out of the breakage of expired lots, signed as in `movements`: their issuers keep less, and the holder,
   * who had it no more, loses nothing. Absent: nothing.
   */
  @Optional()
  @ListOf(() => LotMovement, 10_000)
  readonly outOfBreakage?: readonly LotMovement[];
}

/** The growth value of a member has changed by `amount` from `effectiveAt` on. Key: the member. */
@Contract({ topic: 'ledger.growth-changed.v1', key: (message: GrowthChanged) => message.member })
export class GrowthChanged {
  @Uuid()
  readonly account!: string;

  @BusinessId()
  readonly member!: string;

  @Slug()
  readonly program!: string;

  @Count()
  readonly revision!: number;

  @SignedAmount()
  readonly amount!: string;

  /** Time of the purchase or of the return. */
  @InstantText()
  readonly effectiveAt!: string;

  /** The window that counts it is that of this instant: for a linked return the time of its purchase (capabilities G5). */
  @InstantText()
  readonly earnedAt!: string;

  @Part(() => PurchaseReference)
  readonly source!: PurchaseReference;
}
