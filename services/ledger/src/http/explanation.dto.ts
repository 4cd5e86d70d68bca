import {
  Amount,
  BusinessId,
  Count,
  InstantText,
  ListOf,
  ListOfTexts,
  OneOf,
  Optional,
  Part,
  PurchaseReference,
  Slug,
  Text,
} from '@tallystick/contracts';
import { AsOfQuery } from './as-of.dto';
import { SeenAnswer } from './ledger.dto';
import { DecisionNames } from './decision-names.dto';

const LANGUAGES = ['en', 'zh'] as const;

export class ExplanationQuery extends AsOfQuery {
  /** Language of the texts; default: what `Accept-Language` says, else English. */
  @Optional()
  @OneOf(LANGUAGES)
  readonly lang?: (typeof LANGUAGES)[number];
}

export class BalanceExplanationQuery extends ExplanationQuery {
  @Text(32)
  readonly asset!: string;
}

/** A place where points come from, lie or went; Σ flows into it = Σ flows out of it = `amount`, where it has both. */
export class ExplanationNodeAnswer extends DecisionNames {
  /** Unique in the answer. */
  @Text(300)
  readonly key!: string;

  @Text(32)
  readonly kind!: string;

  /** The node in one sentence. */
  @Text(1_000)
  readonly text!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  /** Publisher and name of the purchase or return. */
  @Optional()
  @Slug()
  readonly source?: string;

  @Optional()
  @BusinessId()
  readonly id?: string;

  /** Of a return: the purchase in whose receipt it is; absent where it names none. */
  @Optional()
  @Part(() => PurchaseReference)
  readonly purchase?: PurchaseReference;

  /** Hash of the evaluation receipt: `GET /v1/purchases/{source}/{id}/receipts/{receipt}` of campaigns tells what each rule said. */
  @Optional()
  @Text(64)
  readonly receipt?: string;

  @Optional()
  @BusinessId()
  readonly line?: string;

  @Optional()
  @Slug()
  readonly rule?: string;

  @Optional()
  @BusinessId()
  readonly issuer?: string;

  @Optional()
  @BusinessId()
  readonly store?: string;

  /** The lot itself; of a transfer or an exchange the lot at its other end. */
  @Optional()
  @Text(140)
  readonly lot?: string;

  @Optional()
  @Text(32)
  readonly fromAsset?: string;

  /** The end of a lot or a hold. */
  @Optional()
  @InstantText()
  readonly until?: string;

  /** What a hold drew of the lot at first. */
  @Optional()
  @Amount()
  readonly drawn?: string;

  /** Of what a return took: what had expired before. */
  @Optional()
  @Amount()
  readonly fromBreakage?: string;

  /** How many lots or purchases stand in this node. */
  @Optional()
  @Count()
  readonly count?: number;

  /** When it counts from. */
  @Optional()
  @InstantText()
  readonly at?: string;

  /** Of the stored event that says it; absent where time did it and no job has booked it. */
  @Optional()
  @Count()
  readonly revision?: number;

  @Optional()
  @Text(20)
  readonly position?: string;

  @Optional()
  @InstantText()
  readonly recordedAt?: string;
}

export class FlowAnswer {
  /** `key` of a node. */
  @Text(300)
  readonly from!: string;

  @Text(300)
  readonly to!: string;

  @Amount()
  readonly amount!: string;
}

/** An acyclic graph in reading order, and the same as lines to read aloud. */
export class ExplanationAnswer {
  @ListOf(() => ExplanationNodeAnswer, 100_000)
  readonly nodes!: readonly ExplanationNodeAnswer[];

  @ListOf(() => FlowAnswer, 100_000, 0)
  readonly flows!: readonly FlowAnswer[];

  @ListOfTexts(1_000, 100_000, 0)
  readonly text!: readonly string[];

  /** The last event that was known. */
  @Optional()
  @Part(() => SeenAnswer)
  readonly seen?: SeenAnswer;
}
