import { BusinessId, Uuid } from '@tallystick/contracts';
import { RecordedAnswer } from './recorded.dto';

export class MergeRequest {
  /** The caller's name of the merge, unique in its program. */
  @BusinessId()
  readonly mergeId!: string;

  /** The member whose account takes in. */
  @BusinessId()
  readonly into!: string;
}

export class MergeAnswer extends RecordedAnswer {
  @BusinessId()
  readonly mergeId!: string;

  @BusinessId()
  readonly into!: string;

  /** The account that takes in, or gives back. */
  @Uuid()
  readonly intoAccount!: string;
}
