import { Controller, Get } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  type ListAnswer,
  listAnswer,
  type Page,
  PageOf,
  Permission,
  Summary,
} from '@tallystick/http';
import { AccountProofs } from '../projections/account-proof/account-proof.query';
import { ViolationAnswer } from './violations.dto';

@Controller('violations')
export class ViolationsController {
  constructor(private readonly proofs: AccountProofs) {}

  @Get()
  @Summary(
    'What the prover found to be wrong with accounts, each as a test that shows it',
    '持续校验发现的账户异常及其可运行的复现用例',
  )
  @Permission('events:read')
  @Answers(200, ViolationAnswer, { list: true })
  async violations(@CallerOf() { tenant }: Caller, @PageOf() page: Page): Promise<ListAnswer<ViolationAnswer>> {
    const rows = await this.proofs.violations(tenant, page.after?.[0] ?? '0', page.limit + 1);
    return listAnswer(
      page,
      rows,
      ({ position }) => [position],
      ({ foundAt, position: _, ...row }) => ({
        ...row,
        foundAt: foundAt.toISOString(),
      }),
    );
  }
}
