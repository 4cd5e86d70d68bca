import {
  BusinessId,
  Contract,
  InstantText,
  ListOf,
  Optional,
  PositiveAmount,
  Rate,
  Text,
  Uuid,
  Whole,
} from '../decorators';
import { AccountMessage } from './account-message';

/** A part of a lot on its way to another account, with all that it is drawn by there. */
export class SentLot {
  /** The lot of the sender that it was taken from. */
  @Text(140)
  readonly lot!: string;

  /** The unit that owes for the lot. */
  @BusinessId()
  readonly issuer!: string;

  @Rate()
  readonly unitCost!: string;

  @PositiveAmount()
  readonly amount!: string;

  /** Lower is drawn first. */
  @Whole(-2_147_483_648, 2_147_483_647)
  readonly priority!: number;

  @InstantText()
  readonly activatedAt!: string;

  /** Absent: never. */
  @Optional()
  @InstantText()
  readonly expiresAt?: string;
}

/** Points have left an account for that of another member (capabilities L10). Key: the account that receives. */
@Contract({ topic: 'ledger.points-sent.v1', key: (message: PointsSent) => message.to })
export class PointsSent extends AccountMessage {
  /** The caller's name of the transfer, unique in the account that sends. */
  @BusinessId()
  readonly transfer!: string;

  /** The account that receives. */
  @Uuid()
  readonly to!: string;

  @BusinessId()
  readonly toMember!: string;

  @Text(32)
  readonly asset!: string;

  @ListOf(() => SentLot, 10_000)
  readonly lots!: readonly SentLot[];
}
