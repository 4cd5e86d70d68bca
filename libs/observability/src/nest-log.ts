import type { LoggerService } from '@nestjs/common';
import { log } from './logs';
import { asService, currentScope } from './scope';

/** Nest's own messages in the log of the process, one line each, under the name of the service whose work it is (Nest's
 * logger is one for all apps of a process, toolchain pitfall 11). */
export class NestLog implements LoggerService {
  constructor(private readonly service: string) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.length > 0 ? String(rest.at(-1)).slice(0, 100) : undefined;
    asService(currentScope()?.service ?? this.service, () => {
      if (message instanceof Error) log()[level]({ err: message, context }, message.message);
      else log()[level]({ context }, String(message));
    });
  }
}
