import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newCorrelationId } from '@tallystick/observability';
import { type EntranceCode, problem, problemBody } from './problem';

const LARGEST_HEADERS = 16 * 1024;

/**
 * A server whose own refusals are problems too: headers over 16 KB are 431, broken framing (Content-Length beside
 * Transfer-Encoding among it) is 400 and the socket is closed, slow senders are cut off.
 */
export function createHttpServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: LARGEST_HEADERS,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
      insecureHTTPParser: false,
    },
    handle,
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(rawProblem(codeOf(error)), () => socket.destroy());
  });
  return server;
}

function codeOf(error: NodeJS.ErrnoException): EntranceCode {
  return error.code === 'HPE_HEADER_OVERFLOW' ? 'header-too-large' : 'bad-request';
}

function rawProblem(code: EntranceCode): string {
  const refusal = problem(code);
  const body = problemBody(refusal, newCorrelationId(), undefined);
  const status = `${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`;
  const headers = `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  return `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`;
}

/** Answers with a problem where no app is in charge (an address that no service has, a host's own routes). */
export function answerProblem(request: IncomingMessage, response: ServerResponse, code: EntranceCode): void {
  const refusal = problem(code);
  const body = problemBody(refusal, newCorrelationId(), request.headers['accept-language']);
  response.writeHead(refusal.status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** Listens and resolves with the port that was taken (0 asks for a free one). */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** Takes no new connections, lets requests under way end, and cuts what is left after `patienceMs`. */
export async function drain(server: Server, patienceMs = 10_000): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
