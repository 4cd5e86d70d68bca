import { Controller, Get, Param } from '@nestjs/common';
import type { Evaluation } from '@tallystick/campaigns-domain';
import { OneOf, Optional } from '@tallystick/contracts';
import {
  type Caller,
  CallerOf,
  type Language,
  LanguageOf,
  Permission,
  problem,
  QueryOf,
  Summary,
} from '@tallystick/http';
import { BUSINESS_ID, SLUG } from '@tallystick/vocabulary';
import { PurchaseRecords, type ReceiptOwner } from '../application/purchase-records';
import { receiptLines } from './receipt-sentences';

const LANGUAGES = ['en', 'zh'] as const;
const HASH = /^[0-9a-f]{64}$/;

class ReceiptQuery {
  /** Language of the text; default: what `Accept-Language` says, else English. */
  @Optional()
  @OneOf(LANGUAGES)
  readonly lang?: (typeof LANGUAGES)[number];
}

/** A receipt as it was when the ledger booked by it, and the same as lines to read. */
interface ReceiptView {
  readonly source: string;
  readonly id: string;
  readonly receipt: string;
  readonly evaluation: Evaluation;
  readonly text: readonly string[];
  readonly revision: number;
  readonly position: string;
}

/** Receipts by their hash, which every accrual and reversal of the ledger names. */
@Controller()
export class ReceiptsController {
  constructor(private readonly records: PurchaseRecords) {}

  @Get('purchases/:source/:id/receipts/:receipt')
  @Summary('What every rule said about a purchase when it was evaluated so', '该计算凭据中每条规则的结论')
  @Permission('purchases:read')
  purchase(
    @CallerOf() caller: Caller,
    @Param() { source, id, receipt }: Readonly<Record<'source' | 'id' | 'receipt', string>>,
    @LanguageOf() language: Language,
    @QueryOf(ReceiptQuery) { lang }: ReceiptQuery,
  ): Promise<ReceiptView> {
    return this.view(caller, { kind: 'purchase', source, id }, receipt, lang ?? language);
  }

  @Get('returns/:source/:id/receipts/:receipt')
  @Summary('What every rule said about a return without its purchase', '无原单退货的计算凭据')
  @Permission('purchases:read')
  return(
    @CallerOf() caller: Caller,
    @Param() { source, id, receipt }: Readonly<Record<'source' | 'id' | 'receipt', string>>,
    @LanguageOf() language: Language,
    @QueryOf(ReceiptQuery) { lang }: ReceiptQuery,
  ): Promise<ReceiptView> {
    return this.view(caller, { kind: 'return', source, id }, receipt, lang ?? language);
  }

  private async view(
    { tenant, unit }: Caller,
    owner: ReceiptOwner,
    receipt: string,
    language: Language,
  ): Promise<ReceiptView> {
    const { source, id } = owner;
    if (!SLUG.test(source) || !BUSINESS_ID.test(id) || !HASH.test(receipt)) throw problem('not-found');
    const stored = await this.records.receipt(tenant, owner, receipt);
    if (!stored || (unit !== undefined && unit !== stored.unit)) throw problem('not-found');
    const { evaluation, revision, position } = stored;
    return { source, id, receipt, evaluation, text: receiptLines(evaluation, language), revision, position };
  }
}
