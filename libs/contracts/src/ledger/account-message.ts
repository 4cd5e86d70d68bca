import { BusinessId, Count, InstantText, Slug, Uuid } from '../decorators';

/** What every message about an account begins with; (account, revision) names it once for ever. */
export abstract class AccountMessage {
  @Uuid()
  readonly account!: string;

  @BusinessId()
  readonly member!: string;

  @Slug()
  readonly program!: string;

  /** Revision of the account's stream. */
  @Count()
  readonly revision!: number;

  @InstantText()
  readonly effectiveAt!: string;
}
