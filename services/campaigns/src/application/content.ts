import type { PurchaseContent, ReturnContent } from '@tallystick/campaigns-domain';
import type { PurchasePaid, ReturnMade } from '@tallystick/contracts';
import { formatInstant, instant } from '@tallystick/vocabulary';

/** What a message says about a purchase, without its envelope and with its time in UTC: what is compared and kept. */
export function purchaseContent(message: PurchasePaid): PurchaseContent {
  const { type: _type, version: _version, source: _source, id: _id, occurredAt, ...rest } = message;
  return { ...rest, occurredAt: formatInstant(instant(occurredAt)) };
}

/** What a message says about a return, as {@link purchaseContent}. */
export function returnContent(message: ReturnMade): ReturnContent {
  const { type: _type, version: _version, source: _source, id: _id, occurredAt, ...rest } = message;
  return { ...rest, occurredAt: formatInstant(instant(occurredAt)) };
}
