import { bodyOf, partsOf, type RecordedEvent, tenantOf } from '@tallystick/decider';
import {
  adjustmentRequestDecider,
  type AdjustmentRequested,
  disputeDecider,
  type DisputeOpened,
} from '@tallystick/ledger-domain';
import { int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import type { RowStatement, TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';

interface RequestChange {
  readonly request: string;
  readonly tenant: string;
  readonly position: string;
  made?: AdjustmentRequested['data'];
  state: 'pending' | 'approved' | 'turned-down';
  decidedBy?: string;
  decidedAt?: string;
}

interface DisputeChange {
  readonly account: string;
  readonly dispute: string;
  readonly tenant: string;
  opened?: DisputeOpened['data'];
  state: 'open' | 'overdue' | 'granted' | 'declined';
  outcome?: string;
  resolvedAt?: string;
}

/** Rows of what waits, or waited, for a person's decision; events of other streams make none. */
export function caseRows(events: readonly RecordedEvent[], table: TableName): RowStatement[] {
  const requests = new Map<string, RequestChange>();
  const disputes = new Map<string, DisputeChange>();
  for (const event of events) {
    if (event.stream.startsWith('adjustmentrequest-')) noteRequest(requests, event);
    if (event.stream.startsWith('dispute-')) noteDispute(disputes, event);
  }
  return [
    ...(requests.size > 0 ? [mergeRequests([...requests.values()], table)] : []),
    ...(disputes.size > 0 ? [mergeDisputes([...disputes.values()], table)] : []),
  ];
}

function noteRequest(all: Map<string, RequestChange>, recorded: RecordedEvent): void {
  const { stream, position, type, version } = recorded;
  const request = partsOf(stream)[0]!;
  const change = all.get(stream) ?? { request, tenant: tenantOf(stream), position, state: 'pending' };
  all.set(stream, change);
  const event = adjustmentRequestDecider.upcast(type, version, bodyOf(recorded));
  if (event.type === 'AdjustmentRequested') {
    change.made = event.data;
    return;
  }
  change.state = event.type === 'AdjustmentApproved' ? 'approved' : 'turned-down';
  change.decidedBy = event.data.approver;
  change.decidedAt = event.data.effectiveAt;
}

function noteDispute(all: Map<string, DisputeChange>, recorded: RecordedEvent): void {
  const { stream, type, version } = recorded;
  const [account, dispute] = partsOf(stream) as [string, string];
  const change: DisputeChange = all.get(stream) ?? { account, dispute, tenant: tenantOf(stream), state: 'open' };
  all.set(stream, change);
  const event = disputeDecider.upcast(type, version, bodyOf(recorded));
  switch (event.type) {
    case 'DisputeOpened':
      change.opened = event.data;
      return;
    case 'DisputeOverdue':
      change.state = 'overdue';
      return;
    case 'DisputeGranted':
      Object.assign(change, { state: 'granted', outcome: event.data.adjustment, resolvedAt: event.data.effectiveAt });
      return;
    case 'DisputeDeclined':
      Object.assign(change, { state: 'declined', outcome: event.data.reason, resolvedAt: event.data.effectiveAt });
  }
}

type Column = readonly [name: string, type: string];

const REQUEST: readonly Column[] = [
  ['request', 'uuid'],
  ['account', 'uuid'],
  ['tenant', 'text'],
  ['program', 'text'],
  ['unit', 'text'],
  ['adjustment', 'text'],
  ['asset', 'text'],
  ['amount', 'bigint'],
  ['reason', 'text'],
  ['maker', 'text'],
  ['state', 'text'],
  ['decided_by', 'text'],
  ['requested_at', 'timestamptz'],
  ['decided_at', 'timestamptz'],
  ['position', 'bigint'],
];

function mergeRequests(changes: readonly RequestChange[], table: TableName): RowStatement {
  const made = (read: (data: AdjustmentRequested['data']) => string) =>
    changes.map(({ made: data }) => (data ? read(data) : null));
  return merge(
    table('adjustment_request'),
    REQUEST,
    ['request'],
    ['state', 'decided_by', 'decided_at'],
    [
      uuidColumn(changes.map(({ request }) => request)),
      uuidColumn(made(({ account }) => account)),
      textColumn(changes.map(({ tenant }) => tenant)),
      textColumn(made(({ program }) => program)),
      textColumn(made(({ unit }) => unit)),
      textColumn(made(({ adjustment }) => adjustment)),
      textColumn(made(({ asset }) => asset)),
      int8Column(made(({ amount }) => amount)),
      textColumn(made(({ reason }) => reason)),
      textColumn(made(({ maker }) => maker)),
      textColumn(changes.map(({ state }) => state)),
      textColumn(changes.map(({ decidedBy }) => decidedBy ?? null)),
      timestamptzColumn(changes.map(({ made: data }) => timeOf(data?.effectiveAt))),
      timestamptzColumn(changes.map(({ decidedAt }) => timeOf(decidedAt))),
      int8Column(changes.map(({ position }) => position)),
    ],
  );
}

const DISPUTE: readonly Column[] = [
  ['account', 'uuid'],
  ['dispute', 'text'],
  ['tenant', 'text'],
  ['program', 'text'],
  ['claim', 'text'],
  ['purchases', 'text'],
  ['state', 'text'],
  ['outcome', 'text'],
  ['opened_at', 'timestamptz'],
  ['deadline', 'timestamptz'],
  ['resolved_at', 'timestamptz'],
];

function mergeDisputes(changes: readonly DisputeChange[], table: TableName): RowStatement {
  const opened = (read: (data: DisputeOpened['data']) => string) =>
    changes.map(({ opened: data }) => (data ? read(data) : null));
  return merge(
    table('dispute'),
    DISPUTE,
    ['account', 'dispute'],
    ['state', 'outcome', 'resolved_at'],
    [
      uuidColumn(changes.map(({ account }) => account)),
      textColumn(changes.map(({ dispute }) => dispute)),
      textColumn(changes.map(({ tenant }) => tenant)),
      textColumn(opened(({ program }) => program)),
      textColumn(opened(({ claim }) => claim)),
      textColumn(opened(({ purchases }) => purchases.map(({ source, id }) => `${source}:${id}`).join(' '))),
      textColumn(changes.map(({ state }) => state)),
      textColumn(changes.map(({ outcome }) => outcome ?? null)),
      timestamptzColumn(changes.map(({ opened: data }) => timeOf(data?.effectiveAt))),
      timestamptzColumn(changes.map(({ opened: data }) => timeOf(data?.deadline))),
      timestamptzColumn(changes.map(({ resolvedAt }) => timeOf(resolvedAt))),
    ],
  );
}

function timeOf(text: string | undefined) {
  return text === undefined ? null : instant(text);
}

/** A case that began before this page keeps what it began with. */
function merge(
  into: string,
  columns: readonly Column[],
  keys: readonly string[],
  changed: readonly string[],
  values: Buffer[],
): RowStatement {
  const names = columns.map(([name]) => name);
  const unnested = columns.map(([name, type], index) => `unnest($${index + 1}::${type}[]) as ${name}`);
  return {
    text: `merge into ${into} as known using (select ${unnested.join(', ')}) as u
           on ${keys.map((key) => `known.${key} = u.${key}`).join(' and ')}
           when matched then update set ${changed.map((name) => `${name} = u.${name}`).join(', ')}
           when not matched then
             insert (${names.join(', ')}) values (${names.map((name) => `u.${name}`).join(', ')})`,
    values,
  };
}
