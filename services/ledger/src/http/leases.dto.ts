import { Amount, BusinessId, Flag, InstantText, OneOf, Optional, Text, Uuid } from '@tallystick/contracts';
import { ReservationRequest } from './holds.dto';
import { LEASE_REASONS } from './reasons';
import { RecordedAnswer } from './recorded.dto';

const LATE_STATES = ['waiting', 'honoured', 'refused'] as const;

/** `amount` is what may be spent at most; it is held until then. */
export class GrantLeaseRequest extends ReservationRequest {
  /** The caller's name of the lease, unique among the holds of its account. */
  @BusinessId()
  readonly leaseId!: string;

  /** The till that may spend it offline. */
  @BusinessId()
  readonly till!: string;
}

export class SettleLeaseRequest {
  /** What was spent offline in all; `0`: nothing. */
  @Amount()
  readonly amount!: string;

  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;
}

export class LateSettlementRequest {
  /** `honour`: by a new redemption of points that are there now; `refuse`: none. */
  @OneOf(['honour', 'refuse'])
  readonly decision!: 'honour' | 'refuse';

  /** The name of the redemption, unique among the holds of its account; with `honour` and only then. */
  @Optional()
  @BusinessId()
  readonly redemptionId?: string;

  @OneOf([...LEASE_REASONS])
  readonly reason!: (typeof LEASE_REASONS)[number];

  /** True: honoured also beyond the spend caps of the asset, for this reason; default: refused then. */
  @Optional()
  @Flag()
  readonly beyondCaps?: boolean;
}

export class LeaseAnswer extends RecordedAnswer {
  @BusinessId()
  readonly leaseId!: string;

  @BusinessId()
  readonly till!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  /** The lease ends at this instant. */
  @InstantText()
  readonly until!: string;

  /** A signed note (C2SP signed-note, Ed25519) of one line of canonical JSON: what the till may spend. */
  @Text(2_000)
  readonly grant!: string;
}

export class LeaseKeyAnswer {
  /** Checks grants, as C2SP tools write it: `<name>+<id>+<type and key>`. */
  @Text(300)
  readonly key!: string;
}

export class LeaseSettledAnswer extends RecordedAnswer {
  @BusinessId()
  readonly leaseId!: string;

  /** `waiting`: the lease had ended, no points were taken, and somebody decides. `ended`: it had ended, and nothing was spent. */
  @OneOf(['captured', 'released', 'waiting', 'ended'])
  readonly state!: 'captured' | 'released' | 'waiting' | 'ended';

  /** What was redeemed. */
  @Amount()
  readonly captured!: string;
}

export class LateSettlementDecidedAnswer extends RecordedAnswer {
  @BusinessId()
  readonly leaseId!: string;

  @OneOf(['honoured', 'refused'])
  readonly state!: 'honoured' | 'refused';

  @Optional()
  @BusinessId()
  readonly redemptionId?: string;

  @Amount()
  readonly amount!: string;

  /** The spend cap that it was honoured beyond. */
  @Optional()
  @Text(32)
  readonly beyondCap?: string;
}

export class LateSettlementsQuery {
  /** Default `waiting`. */
  @Optional()
  @OneOf([...LATE_STATES])
  readonly state?: (typeof LATE_STATES)[number];
}

export class LateSettlementAnswer {
  @Uuid()
  readonly account!: string;

  @BusinessId()
  readonly leaseId!: string;

  @OneOf([...LATE_STATES])
  readonly state!: (typeof LATE_STATES)[number];

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  @BusinessId()
  readonly till!: string;

  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;

  @InstantText()
  readonly receivedAt!: string;

  @Optional()
  @InstantText()
  readonly decidedAt?: string;

  @Optional()
  @Text(32)
  readonly reason?: string;

  @Optional()
  @BusinessId()
  readonly redemptionId?: string;
}
