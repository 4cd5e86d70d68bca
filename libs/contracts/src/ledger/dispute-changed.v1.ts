import { BusinessId, Contract, InstantText, ListOf, OneOf, Optional, Text } from '../decorators';
import { PurchaseReference } from '../publishers/return-made.v1';
import { AccountMessage } from './account-message';

/**
 * A member's dispute about what purchases gave was opened, is overdue, or was resolved (capabilities L23). `revision` is that
 * of the dispute's own stream: (account, dispute, revision) names the message for ever.
 */
@Contract({ topic: 'ledger.dispute-changed.v1', key: (message: DisputeChanged) => message.account })
export class DisputeChanged extends AccountMessage {
  /** The caller's name of the dispute, unique in its account. */
  @BusinessId()
  readonly dispute!: string;

  /** `overdue`: its deadline has passed without an answer; one may still come. */
  @OneOf(['open', 'overdue', 'granted', 'declined'])
  readonly state!: 'open' | 'overdue' | 'granted' | 'declined';

  /** Said when it is opened: what is disputed. */
  @Optional()
  @ListOf(() => PurchaseReference, 100)
  readonly purchases?: readonly PurchaseReference[];

  /** Said when it is opened: an answer is due strictly before. */
  @Optional()
  @InstantText()
  readonly deadline?: string;

  /** Of a granted one: the adjustment that makes it good. */
  @Optional()
  @Text(128)
  readonly adjustment?: string;

  /** Of a declined one. */
  @Optional()
  @Text(64)
  readonly reason?: string;
}
