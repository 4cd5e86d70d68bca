/** What a publisher said about a purchase, whole; `occurredAt` is in UTC as `formatInstant` writes it. */
export interface PurchaseContent {
  readonly occurredAt: string;
  readonly store: string;
  readonly member?: MemberReference;
  readonly order?: string;
  readonly currency: string;
  readonly lines: readonly PurchaseLine[];
  readonly tenders: readonly Tender[];
  readonly total: string;
}

/** As the publisher named the buyer: by member id or by card token. */
export interface MemberReference {
  readonly id?: string;
  readonly cardToken?: string;
}

/** `amount` is the line's net in minor units; a discount line is negative. */
export interface PurchaseLine {
  readonly line: string;
  readonly sku: string;
  readonly quantity: string;
  readonly amount: string;
  readonly unitPrice?: string;
  readonly category?: string;
  readonly brand?: string;
  readonly cost?: string;
  readonly seller?: string;
  readonly tax?: string;
  readonly discount?: string;
}

export interface Tender {
  readonly kind: string;
  readonly amount: string;
}

export interface BusinessReference {
  readonly source: string;
  readonly id: string;
}

/** What a publisher said about a return, whole; amounts say what is given back. */
export interface ReturnContent {
  readonly occurredAt: string;
  readonly store: string;
  readonly purchase?: BusinessReference;
  readonly member?: MemberReference;
  readonly order?: string;
  readonly currency: string;
  readonly lines: readonly ReturnLine[];
  readonly tenders?: readonly Tender[];
  readonly total?: string;
}

export interface ReturnLine {
  readonly line: string;
  readonly sku?: string;
  readonly quantity?: string;
  readonly amount?: string;
  readonly category?: string;
  readonly brand?: string;
}
