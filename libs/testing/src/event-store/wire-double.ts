import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import { type AppendReq, type AppendResp, ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type StatusObject,
} from '@grpc/grpc-js';
import type { StoreFaults } from './harness';
import type { NodeEvent, NodeLog, ProposedEvent } from './wire-double-log';
import {
  appendMessage,
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  eventMessage,
  notFoundMessage,
} from './wire-double-messages';

type Reading = ServerWritableStream<ReadReq, ReadResp>;
type Appending = ServerReadableStream<AppendReq, AppendResp>;
type Fault = 'none' | 'cut-after' | 'cut-before' | 'silent' | 'not-leader';

const BACKWARDS = ReadReq.Options.ReadDirection.BACKWARDS;
const DEFAULT_WINDOW = 32;
const BROKEN: Partial<StatusObject> = { code: status.UNAVAILABLE, details: 'the connection is gone' };

/**
 * What an EventStoreDB node says on the wire, over the service definitions that its client ships, with faults on demand.
 * Endpoints of one log are nodes' doors: each has faults of its own. A double, never a proof of what a real node does.
 */
export class WireDouble implements StoreFaults {
  /** Names of the calls that were made, ever. */
  readonly served = new Set<string>();
  mostAppendsAtOnce = 0;
  /** Events that left for any reader. */
  eventsSent = 0;
  private fault: Fault = 'none';
  private appends = 0;
  private leader = 0;
  private readonly calls = new Map<Reading | Appending, AbortController>();
  private readonly server = new Server();

  private constructor(readonly log: NodeLog) {
    this.server.addService(StreamsService, {
      append: (call: Appending, answer: sendUnaryData<AppendResp>) => this.append(call, answer),
      read: (call: Reading) => void this.read(call),
      delete: this.refuse('delete'),
      tombstone: this.refuse('tombstone'),
      batchAppend: this.refuse('batchAppend'),
    });
  }

  /** Opens a door to a log; the second value is its port on the loopback address. */
  static async open(log: NodeLog): Promise<{ readonly double: WireDouble; readonly port: number }> {
    const double = new WireDouble(log);
    const port = await new Promise<number>((resolve, reject) => {
      double.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return { double, port };
  }

  /** Calls that are still being served, subscriptions included, once those that are over have had time to end. */
  async openCalls(): Promise<number> {
    const late = AbortSignal.timeout(2_000);
    while (this.calls.size > 0 && !late.aborted) await new Promise((resolve) => setImmediate(resolve));
    return this.calls.size;
  }

  cutAfterCommit(): void {
    this.fault = 'cut-after';
  }

  cutBeforeCommit(): void {
    this.fault = 'cut-before';
  }

  silence(): void {
    this.fault = 'silent';
  }

  /** The next append is refused by a follower, which names the leader's port. */
  refuseAsFollower(leader: number): void {
    this.fault = 'not-leader';
    this.leader = leader;
  }

  cutAll(): void {
    for (const call of [...this.calls.keys()]) call.emit('error', BROKEN);
  }

  /** Ends every subscription and read the way a node does that shuts down in order. */
  endAll(): void {
    for (const call of [...this.calls.keys()]) if ('end' in call) call.end();
  }

  heal(): void {
    this.fault = 'none';
  }

  close(): void {
    this.server.forceShutdown();
  }

  private append(call: Appending, answer: sendUnaryData<AppendResp>): void {
    this.served.add('append');
    this.mostAppendsAtOnce = Math.max(this.mostAppendsAtOnce, ++this.appends);
    this.begin(call).signal.addEventListener('abort', () => (this.appends -= 1));
    let stream = '';
    let expected = -1;
    const events: ProposedEvent[] = [];
    call.on('data', (request: AppendReq) => {
      const options = request.getOptions();
      const proposed = request.getProposedMessage();
      if (options) {
        stream = Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString();
        expected = options.hasRevision() ? Number(options.getRevision()) : -1;
      }
      if (!proposed) return;
      events.push({
        id: proposed.getId()!.getString(),
        data: proposed.getData_asU8(),
        customMetadata: proposed.getCustomMetadata_asU8(),
        headers: proposed.getMetadataMap().getEntryList(),
      });
    });
    call.on('end', () => {
      if (this.fault === 'silent' || call.cancelled) return;
      if (this.fires('cut-before')) return answer(BROKEN);
      if (this.fires('not-leader')) return answer(notLeader(this.leader));
      const appended = this.log.append(stream, expected, events);
      if (this.fires('cut-after')) return answer(BROKEN);
      answer(null, appendMessage(appended, expected));
    });
  }

  private async read(call: Reading): Promise<void> {
    this.served.add('read');
    const stop = this.begin(call);
    if (this.fault === 'silent') return;
    const options = call.request.getOptions()!;
    if (options.hasSubscription()) await this.subscribe(call, options, stop.signal);
    else if (options.hasAll()) await this.readAll(call, options);
    else await this.readStream(call, options);
    if (!stop.signal.aborted) call.end();
  }

  private async readStream(call: Reading, options: ReadReq.Options): Promise<void> {
    const from = options.getStream()!;
    const name = Buffer.from(from.getStreamIdentifier()!.getStreamName_asU8()).toString();
    const events = this.log.stream(name);
    if (!events) {
      await send(call, notFoundMessage(name));
      return;
    }
    const max = Number(options.getCount());
    const backward = options.getReadDirection() === BACKWARDS;
    const start = from.hasRevision() ? Number(from.getRevision()) : backward ? events.length - 1 : 0;
    const chosen = backward ? events.slice(0, start + 1).reverse() : events.slice(start);
    for (const event of chosen.slice(0, max)) await this.sendEvent(call, event);
  }

  private async readAll(call: Reading, options: ReadReq.Options): Promise<void> {
    const from = options.getAll()!;
    const max = Number(options.getCount());
    if (options.getReadDirection() === BACKWARDS) {
      for (const event of this.log.all.slice(-max).reverse()) await this.sendEvent(call, event);
      return;
    }
    const start = from.hasPosition() ? this.log.indexFrom(BigInt(from.getPosition()!.getCommitPosition())) : 0;
    for (const event of this.log.all.slice(start, start + max)) await this.sendEvent(call, event);
  }

  private async subscribe(call: Reading, options: ReadReq.Options, stop: AbortSignal): Promise<void> {
    const from = options.getAll()!;
    const filter = options.getFilter();
    const prefixes = filter?.getStreamIdentifier()?.getPrefixList() ?? [''];
    const window = (filter?.getMax() || DEFAULT_WINDOW) * (filter?.getCheckpointintervalmultiplier() || 1);
    let index = from.hasPosition() ? this.log.indexFrom(BigInt(from.getPosition()!.getCommitPosition()) + 1n) : 0;
    let considered = 0;
    let live = false;
    await send(call, confirmationMessage());
    while (!stop.aborted) {
      const event = this.log.all[index];
      if (!event) {
        if (!live) await send(call, caughtUpMessage());
        live = true;
        if (index === this.log.all.length) await this.log.grown(stop);
        continue;
      }
      index += 1;
      considered += 1;
      if (prefixes.some((prefix) => event.stream.startsWith(prefix))) await this.sendEvent(call, event);
      if (filter && considered % window === 0) await send(call, checkpointMessage(event.position));
    }
  }

  /** Neither a delete nor the shared batch call may reach a node from this application. */
  private refuse(name: string): (call: { emit(event: 'error', error: Partial<StatusObject>): boolean }) => void {
    return (call) => {
      this.served.add(name);
      call.emit('error', { code: status.UNIMPLEMENTED, details: name });
    };
  }

  private begin(call: Reading | Appending): AbortController {
    const stop = new AbortController();
    this.calls.set(call, stop);
    const end = (): void => {
      this.calls.delete(call);
      stop.abort();
    };
    call.on('cancelled', end).on('error', end).on('close', end).on('finish', end);
    if (!('write' in call)) call.on('end', () => this.fault !== 'silent' && end());
    return stop;
  }

  private sendEvent(call: Reading, event: NodeEvent): Promise<void> | undefined {
    this.eventsSent += 1;
    return send(call, eventMessage(event));
  }

  private fires(fault: Fault): boolean {
    if (this.fault !== fault) return false;
    this.fault = 'none';
    return true;
  }
}

/** Writes as fast as the reader takes it. */
function send(call: Reading, message: ReadResp): Promise<void> | undefined {
  if (call.cancelled || call.destroyed || call.write(message)) return undefined;
  return new Promise((resolve) => {
    const events = ['drain', 'cancelled', 'close', 'error'];
    const done = (): void => {
      for (const event of events) call.off(event, done);
      resolve();
    };
    for (const event of events) call.on(event, done);
  });
}

function notLeader(port: number): Partial<StatusObject> {
  const metadata = new Metadata();
  metadata.set('exception', 'not-leader');
  metadata.set('leader-endpoint-host', '127.0.0.1');
  metadata.set('leader-endpoint-port', String(port));
  return { code: status.NOT_FOUND, details: 'Leader info available', metadata };
}
