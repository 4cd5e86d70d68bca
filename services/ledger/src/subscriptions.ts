import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ledger, membership, organization, PurchaseQualified, ReturnQualified } from '@tallystick/contracts';
import type { Batch, BatchHandler, Outcome } from '@tallystick/messaging';
import { MemberTiers } from './adapters/member-tiers';
import { ProgramZones } from './adapters/program-zones';
import { AccountCommands } from './application/account-commands';
import { AccountMerges } from './application/account-merges';
import { AssetDirectory } from './application/asset-directory';
import { Disputes } from './application/disputes';
import { PassingTime } from './application/passing-time';
import { whenAccountClosedForfeitTheRest } from './policies/when-account-closed-forfeit-the-rest';
import { whenDayEndedBookExpiry } from './policies/when-day-ended-book-expiry';
import { whenDayEndedMarkDisputesOverdue } from './policies/when-day-ended-mark-disputes-overdue';
import { whenDayEndedNoteOverdue } from './policies/when-day-ended-note-overdue';
import { whenDayEndedNoticeExpiry } from './policies/when-day-ended-notice-expiry';
import { whenMemberMergedCarryItOut } from './policies/when-member-merged-carry-it-out';
import { whenMinuteEndedLapseHolds } from './policies/when-minute-ended-lapse-holds';
import { whenPointsSentReceive } from './policies/when-points-sent-receive';
import { whenProgramDeclaredKeepItsZone } from './policies/when-program-declared-keep-its-zone';
import { whenPurchaseQualifiedAccrue } from './policies/when-purchase-qualified-accrue';
import { whenReturnQualifiedReverse } from './policies/when-return-qualified-reverse';
import { CaseBook } from './projections/account-book/case-book';
import { whenTierChangedKeepIt } from './policies/when-tier-changed-keep-it';
import { DueBook } from './projections/account-book/due-accounts';

/** Every contract that the ledger hears. */
@Controller()
export class LedgerSubscriptions {
  private readonly accrue: BatchHandler<PurchaseQualified>;
  private readonly reverse: BatchHandler<ReturnQualified>;
  private readonly receive: BatchHandler<ledger.PointsSent>;
  private readonly forfeitTheRest: BatchHandler<ledger.AccountStatusChanged>;
  private readonly carryOutMerge: BatchHandler<ledger.MemberMerged>;
  private readonly bookExpiry: BatchHandler<organization.DayEnded>;
  private readonly markOverdue: BatchHandler<organization.DayEnded>;
  private readonly noticeExpiry: BatchHandler<organization.DayEnded>;
  private readonly noteOverdue: BatchHandler<organization.DayEnded>;
  private readonly keepTier: BatchHandler<membership.TierChanged>;
  private readonly lapseHolds: BatchHandler<organization.MinuteEnded>;
  private readonly keepZone: BatchHandler<organization.ProgramDeclared>;

  constructor(
    accounts: AccountCommands,
    assets: AssetDirectory,
    merges: AccountMerges,
    due: DueBook,
    zones: ProgramZones,
    disputes: Disputes,
    cases: CaseBook,
    tiers: MemberTiers,
  ) {
    const time = new PassingTime(accounts);
    this.accrue = whenPurchaseQualifiedAccrue({ accounts, assets, merges });
    this.reverse = whenReturnQualifiedReverse({ accounts, assets, merges });
    this.receive = whenPointsSentReceive({ accounts, assets, merges });
    this.carryOutMerge = whenMemberMergedCarryItOut(merges);
    this.forfeitTheRest = whenAccountClosedForfeitTheRest(time);
    this.bookExpiry = whenDayEndedBookExpiry(time, due);
    this.markOverdue = whenDayEndedMarkDisputesOverdue(disputes, cases);
    this.noticeExpiry = whenDayEndedNoticeExpiry(time, due);
    this.lapseHolds = whenMinuteEndedLapseHolds(time, due);
    this.noteOverdue = whenDayEndedNoteOverdue(time, due);
    this.keepTier = whenTierChangedKeepIt(tiers);
    this.keepZone = whenProgramDeclaredKeepItsZone(zones);
  }

  @EventPattern('campaigns.purchase-qualified.v1')
  purchaseQualified(@Payload() batch: Batch<PurchaseQualified>): Promise<readonly Outcome[]> {
    return this.accrue(batch);
  }

  @EventPattern('campaigns.return-qualified.v1')
  returnQualified(@Payload() batch: Batch<ReturnQualified>): Promise<readonly Outcome[]> {
    return this.reverse(batch);
  }

  @EventPattern('ledger.account-status-changed.v1')
  accountStatusChanged(@Payload() batch: Batch<ledger.AccountStatusChanged>): Promise<readonly Outcome[]> {
    return this.forfeitTheRest(batch);
  }

  @EventPattern('organization.day-ended.v1')
  async dayEnded(@Payload() batch: Batch<organization.DayEnded>): Promise<readonly Outcome[]> {
    await this.bookExpiry(batch);
    await this.markOverdue(batch);
    await this.noteOverdue(batch);
    return this.noticeExpiry(batch);
  }

  @EventPattern('organization.minute-ended.v1')
  minuteEnded(@Payload() batch: Batch<organization.MinuteEnded>): Promise<readonly Outcome[]> {
    return this.lapseHolds(batch);
  }

  @EventPattern('ledger.member-merged.v1')
  memberMerged(@Payload() batch: Batch<ledger.MemberMerged>): Promise<readonly Outcome[]> {
    return this.carryOutMerge(batch);
  }

  @EventPattern('organization.program-declared.v1')
  programDeclared(@Payload() batch: Batch<organization.ProgramDeclared>): Promise<readonly Outcome[]> {
    return this.keepZone(batch);
  }

  @EventPattern('membership.tier-changed.v1')
  tierChanged(@Payload() batch: Batch<membership.TierChanged>): Promise<readonly Outcome[]> {
    return this.keepTier(batch);
  }

  @EventPattern('ledger.points-sent.v1')
  pointsSent(@Payload() batch: Batch<ledger.PointsSent>): Promise<readonly Outcome[]> {
    return this.receive(batch);
  }
}
