import { connect, type Socket } from 'node:net';

/** An answer as it came; the body is text only where somebody needs it. */
export interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *([0-9]+)/i;

/**
 * A connection that stays open and carries one request after the other, written whole by the caller. It understands only
 * what the services answer: a status line, a `content-length`, a body. It is thin so that the load takes few of the cores
 * that it shares with what is measured.
 */
export class HttpConnection {
  private received: Buffer = Buffer.alloc(0);
  private waiting: { resolve(answer: RawAnswer): void; reject(fault: Error): void } | undefined;
  private fault: Error | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => this.take(piece));
    socket.on('error', (fault) => this.fail(fault));
    socket.on('close', () => this.fail(new Error('the server hung up')));
  }

  static open(hostname: string, port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, hostname);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket));
      });
    });
  }

  /** Sends one request, as bytes on the wire, and resolves with its answer. */
  send(request: Buffer): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      if (this.fault) return reject(this.fault);
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    this.received = this.received.length === 0 ? piece : Buffer.concat([this.received, piece]);
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.received.toString('latin1', 0, headEnd);
    const length = LENGTH.exec(head)?.[1];
    if (length === undefined) return this.fail(new Error(`an answer without content-length: ${head}`));
    const from = headEnd + HEAD_END.length;
    if (this.received.length < from + Number(length)) return;
    const body = this.received.subarray(from);
    this.received = Buffer.alloc(0);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  private fail(fault: Error): void {
    this.fault ??= fault;
    this.waiting?.reject(this.fault);
    this.waiting = undefined;
  }
}
