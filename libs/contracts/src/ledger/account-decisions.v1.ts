import {
  Amount,
  BusinessId,
  Contract,
  Count,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  Slug,
  Text,
  Uuid,
} from '../decorators';
import { AccountMessage } from './account-message';
import { LotMovement } from './account-movements.v1';

/** A decision that changes what the holder has. Amounts are signed changes, so sums over any subset of events are right. */
abstract class DecidedMovement extends AccountMessage {
  @ListOf(() => LotMovement, 10_000, 0)
  readonly movements!: readonly LotMovement[];
}

/** Held points were redeemed, or a redemption was undone. */
@Contract({ topic: 'ledger.points-redeemed.v1', key: (message: PointsRedeemed) => message.account })
export class PointsRedeemed extends DecidedMovement {
  /** `cancellation`: points of the capture of the same hold are back in their lots (capabilities L9). */
  @OneOf(['capture', 'cancellation'])
  readonly kind!: 'capture' | 'cancellation';

  /** The caller's name of the hold, unique in its account. */
  @Text(128)
  readonly hold!: string;

  /** The caller's name of the cancellation; absent for a capture. */
  @Optional()
  @Text(128)
  readonly cancellation?: string;

  /** The unit that accepts the points; absent for a cancellation: the capture of its hold says it. */
  @Optional()
  @BusinessId()
  readonly unit?: string;

  @Optional()
  @BusinessId()
  readonly store?: string;

  /** Lots of a cancellation whose date has passed live until then once more. */
  @Optional()
  @InstantText()
  readonly graceUntil?: string;
}

/**
 * What was left of lots whose date has passed is breakage of their issuers, from that date on (capabilities L6). Where lots are
 * reactivated their breakage is undone, and the movements are positive (L22).
 */
@Contract({ topic: 'ledger.points-expired.v1', key: (message: PointsExpired) => message.account })
export class PointsExpired extends DecidedMovement {}

/** A reasoned correction (capabilities L11). */
@Contract({ topic: 'ledger.points-adjusted.v1', key: (message: PointsAdjusted) => message.account })
export class PointsAdjusted extends DecidedMovement {
  /** `credit`: a lot of its own; `debit`: taken from lots in draw order. */
  @OneOf(['credit', 'debit'])
  readonly kind!: 'credit' | 'debit';

  /** The caller's name of the correction, unique in its account. */
  @Text(128)
  readonly adjustment!: string;

  @Text(500)
  readonly reason!: string;

  /** The unit that bears the cost of a credit, or gains by a debit. */
  @BusinessId()
  readonly unit!: string;
}

/**
 * Points have left for another account or come from one, issuer and unit cost as they were (capabilities L10); have come from
 * another system (L20); or were exchanged for those of another asset, whose lots are among the movements (L16).
 */
@Contract({ topic: 'ledger.points-moved.v1', key: (message: PointsMoved) => message.account })
export class PointsMoved extends DecidedMovement {
  @OneOf(['sent', 'received', 'imported', 'exchanged'])
  readonly kind!: 'sent' | 'received' | 'imported' | 'exchanged';

  /** Of the transfer (one name on both sides), the import or the exchange. */
  @Text(128)
  readonly transfer!: string;

  /** The account on the other side, where there is one. */
  @Optional()
  @Uuid()
  readonly counterpart?: string;
}

export class ExtendedLot {
  @Text(140)
  readonly lot!: string;

  /** The date that the lot had. */
  @InstantText()
  readonly from!: string;

  /** The date that it has now. */
  @InstantText()
  readonly to!: string;
}

/** Lots expire later than was said before (capabilities L6). */
@Contract({ topic: 'ledger.expiry-extended.v1', key: (message: ExpiryExtended) => message.account })
export class ExpiryExtended extends AccountMessage {
  @Text(32)
  readonly asset!: string;

  /** The caller's name of the extension. */
  @Text(128)
  readonly extension!: string;

  @Text(500)
  readonly reason!: string;

  @ListOf(() => ExtendedLot, 10_000)
  readonly lots!: readonly ExtendedLot[];
}

/** A hold begins or ends: for tills and apps, which show what may be spent. */
@Contract({ topic: 'ledger.hold-changed.v1', key: (message: HoldChanged) => message.account })
export class HoldChanged extends AccountMessage {
  /** A hold is placed once and has one end, one of the other three. */
  @OneOf(['placed', 'captured', 'released', 'lapsed'])
  readonly state!: 'placed' | 'captured' | 'released' | 'lapsed';

  /** The caller's name of the hold, unique in its account. */
  @Text(128)
  readonly hold!: string;

  @Text(32)
  readonly asset!: string;

  /** What is held; of a captured hold what was redeemed, which may be less or more. */
  @Amount()
  readonly amount!: string;

  /** Said when it is placed: it lapses at this instant. */
  @Optional()
  @InstantText()
  readonly until?: string;
}

/** An amount expires soon, so many days ahead: for messages to the holder, once per date and threshold (capabilities L6). */
@Contract({ topic: 'ledger.expiry-noticed.v1', key: (message: ExpiryNoticed) => message.account })
export class ExpiryNoticed extends AccountMessage {
  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  @InstantText()
  readonly expiresAt!: string;

  /** The threshold that was reached, e.g. 30. */
  @Count()
  readonly days!: number;
}

/** Spending of an account was stopped, is allowed again, or has ended for good (capabilities M6). */
@Contract({ topic: 'ledger.account-status-changed.v1', key: (message: AccountStatusChanged) => message.account })
export class AccountStatusChanged extends AccountMessage {
  /** `frozen`: points still come, none may be spent. `closed`: neither, and what was left is forfeited. */
  @OneOf(['active', 'frozen', 'closed'])
  readonly status!: 'active' | 'frozen' | 'closed';

  @Text(500)
  readonly reason!: string;
}

/**
 * A member's account has become a part of another one's, or stands for itself again (capabilities M4). From then on all that
 * is said of the one is said of the other; what both have moves by `ledger.points-moved.v1`. Key: the account.
 */
@Contract({ topic: 'ledger.member-merged.v1', key: (message: MemberMerged) => message.account })
export class MemberMerged {
  /** The account that becomes a part of the other one, or was. */
  @Uuid()
  readonly account!: string;

  @BusinessId()
  readonly member!: string;

  @Slug()
  readonly program!: string;

  @OneOf(['merged', 'unmerged'])
  readonly kind!: 'merged' | 'unmerged';

  /** The caller's name of the merge, unique in its program. */
  @BusinessId()
  readonly merge!: string;

  /** The account that takes in, or gives back. */
  @Uuid()
  readonly into!: string;

  @BusinessId()
  readonly intoMember!: string;

  @InstantText()
  readonly effectiveAt!: string;
}
