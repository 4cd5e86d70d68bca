import { connect, createServer, type Server, type Socket } from 'node:net';
import type { StoreFaults } from './harness';

type Fault = 'none' | 'cut-after' | 'cut-before' | 'silent';

/**
 * A TCP way to a server that can be made to fail: real sockets, real bytes, and the adapter under test knows nothing.
 * `cutAfterCommit` breaks when the server's answer to the next request arrives, before any of it is passed on.
 */
export class FaultyLink implements StoreFaults {
  private fault: Fault = 'none';
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  private constructor(private readonly server: Server) {}

  static async to(host: string, port: number): Promise<FaultyLink> {
    const server = createServer();
    const link = new FaultyLink(server);
    server.on('connection', (near) => link.join(near, connect(port, host)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the link is closed');
    return address.port;
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

  cutAll(): void {
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
  }

  heal(): void {
    this.fault = 'none';
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** True once for a fault that strikes once. */
  private fires(fault: Fault): boolean {
    if (this.fault !== fault) return false;
    this.fault = 'none';
    return true;
  }

  private join(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.pairs.add(pair);
    const part = (): void => {
      this.pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', part).on('close', part).setNoDelay(true);
    near.on('data', (bytes) => {
      if (this.fires('cut-before')) part();
      else if (this.fault !== 'silent') far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (this.fires('cut-after')) part();
      else if (this.fault !== 'silent') near.write(bytes);
    });
  }
}
