import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { EventStoreError } from '@tallystick/decider';
import { inScope, log } from '@tallystick/observability';
import { isConnectionFault } from '@tallystick/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type EntranceCode, Problem, problem, problemBody } from './problem';
import type { Routes } from './routes';

declare module 'fastify' {
  interface FastifyRequest {
    refusal: Problem | undefined;
  }
}

/** Answers every error as RFC 9457 `application/problem+json`. What we do not expect is logged and shown as a bare 500. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly routes: Routes) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  private answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent) return;
    const refusal = this.problemFor(error, request);
    const { correlationId } = request.scope;
    if (refusal.status >= 500) {
      const route = request.routeOptions.url;
      inScope(request.scope, () => log().error({ err: error, code: refusal.code, route }, 'a request failed'));
    }
    request.refusal = refusal;
    void reply
      .code(refusal.status)
      .headers({ ...refusal.options.headers })
      .header('content-type', 'application/problem+json')
      .send(problemBody(refusal, correlationId, request.headers['accept-language']));
  }

  private problemFor(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof EventStoreError && (error.code === 'unavailable' || error.code === 'unknown')) {
      return problem('dependency-unavailable', { headers: { 'retry-after': '1' } });
    }
    if (error instanceof HttpException) return this.fromStatus(error.getStatus(), request);
    return problem(isConnectionFault(error) ? 'dependency-unavailable' : 'internal-error');
  }

  private fromStatus(status: number, request: FastifyRequest): Problem {
    if (status === 404) {
      const allowed = this.routes.methodsAt(request.url);
      if (allowed.length === 0 && !UNUSUAL.has(request.method)) return problem('not-found');
      return problem('method-not-allowed', { headers: { allow: allowed.join(', ') } });
    }
    return problem(CODE_OF[status] ?? (status < 500 ? 'bad-request' : 'internal-error'));
  }
}

const UNUSUAL = new Set(['TRACE', 'TRACK', 'CONNECT']);

const CODE_OF: Readonly<Record<number, EntranceCode>> = {
  401: 'invalid-token',
  403: 'forbidden',
  405: 'method-not-allowed',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  429: 'rate-limited',
  503: 'dependency-unavailable',
};
