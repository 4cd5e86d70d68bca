import {
  Amount,
  BusinessId,
  InstantText,
  ListOf,
  OneOf,
  Flag,
  Optional,
  Part,
  PositiveAmount,
  PurchaseReference,
  Rate,
  SignedAmount,
  Slug,
  Text,
  Uuid,
} from '@tallystick/contracts';
import { CLOSE_REASONS, EXTENSION_REASONS, FREEZE_REASONS } from './reasons';
import { RecordedAnswer } from './recorded.dto';

/** What an adjustment says, made alone or in a batch. */
export abstract class AdjustmentTerms {
  @Text(32)
  readonly asset!: string;

  /** Credited where it is positive, debited where it is negative; not zero. */
  @SignedAmount()
  readonly amount!: string;

  /** One of the program's reason codes. */
  @Slug()
  readonly reason!: string;

  /** Who bears the cost of a credit, or gains by a debit. */
  @BusinessId()
  readonly unit!: string;

  /** When what is credited ends; absent: never. */
  @Optional()
  @InstantText()
  readonly expiresAt?: string;
}

export class AdjustmentRequest extends AdjustmentTerms {
  /** The caller's name of the adjustment, unique in its account. */
  @BusinessId()
  readonly adjustmentId!: string;
}

export class AdjustmentAnswer extends RecordedAnswer {
  @BusinessId()
  readonly adjustmentId!: string;

  @Text(32)
  readonly asset!: string;

  @SignedAmount()
  readonly amount!: string;

  /** The lot of a credit. */
  @Optional()
  @Text(140)
  readonly lot?: string;
}

export class TransferRequest {
  /** The caller's name of the transfer, unique in its account. */
  @BusinessId()
  readonly transferId!: string;

  /** The member who receives. */
  @BusinessId()
  readonly to!: string;

  @Text(32)
  readonly asset!: string;

  @PositiveAmount()
  readonly amount!: string;
}

export class TransferAnswer extends RecordedAnswer {
  @BusinessId()
  readonly transferId!: string;

  /** The account that receives. */
  @Uuid()
  readonly toAccount!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;
}

export class FreezeRequest {
  @OneOf([...FREEZE_REASONS])
  readonly reason!: (typeof FREEZE_REASONS)[number];

  /** True: dates stand still until it is unfrozen, and then move by the time between; default: expiry goes on. */
  @Optional()
  @Flag()
  readonly pausesExpiry?: boolean;
}

export class UnfreezeRequest {
  @OneOf([...FREEZE_REASONS])
  readonly reason!: (typeof FREEZE_REASONS)[number];
}

export class CloseRequest {
  @OneOf([...CLOSE_REASONS])
  readonly reason!: (typeof CLOSE_REASONS)[number];
}

export class AccountStatusAnswer extends RecordedAnswer {
  /** What the account is by this decision. */
  @OneOf(['active', 'frozen', 'closed'])
  readonly status!: 'active' | 'frozen' | 'closed';
}

export class ExchangeRequest {
  /** The caller's name of the exchange, unique in its account. */
  @BusinessId()
  readonly exchangeId!: string;

  @Text(32)
  readonly asset!: string;

  @PositiveAmount()
  readonly amount!: string;

  /** What it is exchanged for, at the rate that the asset's policy says. */
  @Text(32)
  readonly toAsset!: string;
}

export class ExchangeAnswer extends RecordedAnswer {
  @BusinessId()
  readonly exchangeId!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  @Text(32)
  readonly toAsset!: string;

  @Amount()
  readonly toAmount!: string;

  @Rate()
  readonly rate!: string;
}

export class ImportedLot {
  /** The unit that owes for it. */
  @BusinessId()
  readonly issuer!: string;

  @PositiveAmount()
  readonly amount!: string;

  /** Minor units of money per point; absent: as the asset is declared. */
  @Optional()
  @Rate()
  readonly unitCost?: string;

  /** When it became available in the other system. */
  @InstantText()
  readonly activatedAt!: string;

  /** Absent: never. */
  @Optional()
  @InstantText()
  readonly expiresAt?: string;
}

export class ImportRequest {
  /** The caller's name of the import, unique in its account. */
  @BusinessId()
  readonly importId!: string;

  /** Whose account it is: it opens with the import where it is new. */
  @BusinessId()
  readonly member!: string;

  @Text(32)
  readonly asset!: string;

  /** What the other system says that the lots sum to. */
  @PositiveAmount()
  readonly expected!: string;

  @ListOf(() => ImportedLot, 10_000)
  readonly lots!: readonly ImportedLot[];
}

export class ImportAnswer extends RecordedAnswer {
  @BusinessId()
  readonly importId!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;
}

export class ActivationRequest {
  /** The purchase whose lots wait. */
  @Part(() => PurchaseReference)
  readonly purchase!: PurchaseReference;

  /** What has happened to it, such as `shipped`: the event that the asset's maturity names. */
  @Slug()
  readonly on!: string;
}

export class ActivationAnswer extends RecordedAnswer {
  @Part(() => PurchaseReference)
  readonly purchase!: PurchaseReference;

  @Slug()
  readonly on!: string;
}

export class ExtendedLot {
  @Text(140)
  readonly lot!: string;

  @InstantText()
  readonly from!: string;

  @InstantText()
  readonly to!: string;
}

export class LotName {
  @Text(140)
  readonly lot!: string;
}

export class ExtensionRequest {
  /** The caller's name of the extension, unique in its account. */
  @BusinessId()
  readonly extensionId!: string;

  @Text(32)
  readonly asset!: string;

  /** Absent: every lot of the asset that has something left and ends earlier. */
  @Optional()
  @ListOf(() => LotName, 1_000)
  readonly lots?: readonly LotName[];

  @InstantText()
  readonly to!: string;

  @OneOf([...EXTENSION_REASONS])
  readonly reason!: (typeof EXTENSION_REASONS)[number];
}

export class ExtensionAnswer extends RecordedAnswer {
  @BusinessId()
  readonly extensionId!: string;

  @Text(32)
  readonly asset!: string;

  @ListOf(() => ExtendedLot, 10_000)
  readonly lots!: readonly ExtendedLot[];
}
