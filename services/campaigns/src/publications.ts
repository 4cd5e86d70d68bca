import type { Evaluation, PurchaseEvent, ReturnEvent, Subject } from '@tallystick/campaigns-domain';
import type { campaigns, PurchaseQualified, ReturnQualified } from '@tallystick/contracts';
import { bodyOf, partsOf, type RecordedEvent, UnknownEvent } from '@tallystick/decider';
import type { Announcement, Publications } from '@tallystick/messaging';

const TOPICS = {
  recorded: 'campaigns.purchase-recorded.v1',
  qualified: 'campaigns.purchase-qualified.v1',
  returned: 'campaigns.return-recorded.v1',
  returnQualified: 'campaigns.return-qualified.v1',
} as const;

type DataOf<Type extends (PurchaseEvent | ReturnEvent)['type']> = Extract<
  PurchaseEvent | ReturnEvent,
  { readonly type: Type }
>['data'];

/** Everything that campaigns says. The receipt that is named is the event itself: its hash covers all of it. */
export const campaignsPublications: Publications = {
  service: 'campaigns',
  topics: Object.values(TOPICS),
  announce(event) {
    switch (event.type) {
      case 'PurchaseRecorded': {
        const data = bodyOf<DataOf<'PurchaseRecorded'>>(event);
        return [purchaseRecorded(event, data), ...purchaseQualified(event, data.subject, data.evaluation)];
      }
      case 'ReturnRecorded': {
        const data = bodyOf<DataOf<'ReturnRecorded'>>(event);
        return [returnRecorded(data), ...purchaseQualified(event, data.subject, data.evaluation)];
      }
      case 'PurchaseReevaluated': {
        const { subject, evaluation } = bodyOf<DataOf<'PurchaseReevaluated'>>(event);
        return purchaseQualified(event, subject, evaluation);
      }
      case 'UnlinkedReturnRecorded':
        return unlinkedReturn(event, bodyOf<DataOf<'UnlinkedReturnRecorded'>>(event));
      case 'ReturnParked':
      case 'ReturnRefused':
      case 'ReturnClaimed':
      case 'ClaimRefused':
      case 'RuleSetPublished':
        return [];
      default:
        throw new UnknownEvent(event.type, event.version);
    }
  },
};

function purchaseRecorded(event: RecordedEvent, data: DataOf<'PurchaseRecorded'>): Announcement {
  const { purchase, subject, evaluation } = data;
  const reference = referenceOf(event);
  const message: campaigns.PurchaseRecorded = {
    purchase: reference,
    ...holderOf(subject),
    store: purchase.store,
    unit: subject.issuer,
    occurredAt: purchase.occurredAt,
    currency: purchase.currency,
    total: purchase.total,
    verdict: evaluation.verdict,
    ...(purchase.order === undefined ? {} : { order: purchase.order }),
    lines: purchase.lines.map(({ line, sku, quantity, amount, category, brand }) => ({
      line,
      sku,
      quantity,
      amount,
      ...(category === undefined ? {} : { category }),
      ...(brand === undefined ? {} : { brand }),
    })),
    tenders: purchase.tenders,
  };
  return { topic: TOPICS.recorded, key: reference.id, message };
}

/** The whole picture, for purchases of members that earn anything or once did. */
function purchaseQualified(event: RecordedEvent, subject: Subject, evaluation: Evaluation): Announcement[] {
  const { account, member } = subject;
  if (account === undefined || member === undefined || !evaluation.qualified) return [];
  const message: PurchaseQualified = {
    account,
    member,
    program: subject.program,
    purchase: referenceOf(event),
    revision: event.revision,
    effectiveAt: subject.effectiveAt,
    issuer: subject.issuer,
    store: subject.store,
    receipt: receiptOf(event),
    grants: evaluation.grants,
    returns: evaluation.returns.map(({ return: of, effectiveAt, store, amounts }) => ({
      return: of,
      effectiveAt,
      store,
      amounts,
    })),
  };
  return [{ topic: TOPICS.qualified, key: account, message }];
}

function returnRecorded(data: DataOf<'ReturnRecorded'>): Announcement {
  const { content, subject, unit, total } = data;
  const message: campaigns.ReturnRecorded = {
    return: data.return,
    ...(content.purchase ? { purchase: content.purchase } : {}),
    ...(subject.member === undefined ? {} : { member: subject.member }),
    store: content.store,
    unit,
    occurredAt: content.occurredAt,
    currency: content.currency,
    total,
    lines: content.lines.length,
  };
  return { topic: TOPICS.returned, key: data.return.id, message };
}

function unlinkedReturn(event: RecordedEvent, data: DataOf<'UnlinkedReturnRecorded'>): Announcement[] {
  const { return: content, subject, total, amounts } = data;
  const reference = referenceOf(event);
  const recorded: campaigns.ReturnRecorded = {
    return: reference,
    ...(subject.member === undefined ? {} : { member: subject.member }),
    store: content.store,
    unit: subject.issuer,
    occurredAt: content.occurredAt,
    currency: content.currency,
    total,
    lines: content.lines.length,
  };
  const announcement = { topic: TOPICS.returned, key: reference.id, message: recorded };
  const { account, member } = subject;
  if (account === undefined || member === undefined || amounts.length === 0) return [announcement];
  const qualified: ReturnQualified = {
    account,
    member,
    program: subject.program,
    return: reference,
    revision: event.revision,
    effectiveAt: content.occurredAt,
    issuer: subject.issuer,
    store: content.store,
    receipt: receiptOf(event),
    amounts,
  };
  return [announcement, { topic: TOPICS.returnQualified, key: account, message: qualified }];
}

function holderOf({ account, member }: Subject): { account?: string; member?: string } {
  return account === undefined || member === undefined ? {} : { account, member };
}

/** Source and id, which the stream is named by. */
function referenceOf({ stream }: RecordedEvent): { source: string; id: string } {
  const [source, id] = partsOf(stream);
  return { source: source!, id: id! };
}

function receiptOf({ hash }: RecordedEvent): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex');
}
