import { Controller, Get, Post, HttpCode } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  IdOf,
  Permission,
  problem,
  problemOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { adjustmentBatchDecider, type AdjustmentRow, type RowOutcome } from '@tallystick/ledger-domain';
import { BUSINESS_ID, formatInstant, instant } from '@tallystick/vocabulary';
import { AdjustmentBatches, adjustmentOf } from '../application/adjustment-batches';
import { actorIn, adjustedAmount } from './adjusting';
import {
  AdjustmentBatchAnswer,
  AdjustmentBatchRequest,
  AdjustmentRowAnswer,
  AdjustmentRowBody,
} from './adjustments.dto';
import { requireUnit } from './decisions';

/** Many adjustments in one request, each on its own (capabilities L11). */
@Controller('adjustment-batches')
export class AdjustmentBatchesController {
  constructor(private readonly batches: AdjustmentBatches) {}

  @Post()
  @HttpCode(200)
  @Summary(
    'Carries rows out, each on its own and once; sent again, the batch goes on where it was',
    '批量调整积分,逐行独立执行,可续传',
  )
  @Permission('adjustments:write')
  @Idempotent()
  @Answers(200, AdjustmentBatchAnswer)
  @Refuses(adjustmentBatchDecider.refusals)
  async carryOut(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata }: HttpCommand,
    @ContractBody(AdjustmentBatchRequest) { batchId, rows }: AdjustmentBatchRequest,
  ): Promise<AdjustmentBatchAnswer> {
    for (const { unit } of rows) requireUnit(caller, unit);
    const asked = rows.map((row, index) => rowIn(batchId, row, index));
    const result = await this.batches.carryOut(actorIn(caller), batchId, asked, metadata);
    if (result.kind === 'refused') throw problemOf(result.rejection, adjustmentBatchDecider.refusals);
    const { view, conflicting, position } = result;
    const answers = rows.map(({ rowId }, at) =>
      conflicting.has(at)
        ? { rowId, state: 'refused' as const, code: 'decision-conflict' }
        : rowAnswer(rowId, view.outcomes.get(rowId)),
    );
    return { batchId, rows: answers, position };
  }

  @Get(':batchId')
  @Summary('The rows of a batch and what became of each', '批量调整的逐行结果')
  @Permission('adjustments:read')
  @Answers(200, AdjustmentBatchAnswer)
  async batch(@CallerOf() caller: Caller, @IdOf('batchId') batchId: string): Promise<AdjustmentBatchAnswer> {
    const { rows, outcomes } = await this.batches.view(actorIn(caller), batchId);
    const seen = rows.filter(({ unit }) => caller.unit === undefined || caller.unit === unit);
    if (seen.length === 0) throw problem('not-found');
    return { batchId, rows: seen.map(({ row }) => rowAnswer(row, outcomes.get(row))) };
  }
}

function rowIn(
  batch: string,
  { rowId, amount: text, expiresAt, ...said }: AdjustmentRowBody,
  index: number,
): AdjustmentRow {
  const at = `/rows/${index}`;
  if (!BUSINESS_ID.test(adjustmentOf(batch, rowId))) {
    throw problem('id-invalid', { errors: [{ pointer: `${at}/rowId`, code: 'id-invalid' }] });
  }
  const amount = String(adjustedAmount(text, expiresAt, at));
  return {
    row: rowId,
    ...said,
    amount,
    ...(expiresAt !== undefined && { expiresAt: formatInstant(instant(expiresAt)) }),
  };
}

function rowAnswer(rowId: string, outcome: RowOutcome | undefined): AdjustmentRowAnswer {
  if (!outcome) return { rowId, state: 'open' };
  const { state, code, request } = outcome;
  return { rowId, state, ...(code !== undefined && { code }), ...(request !== undefined && { requestId: request }) };
}
