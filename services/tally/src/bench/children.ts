import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();
let asked = false;

/** Keeps a process of the bench, so that it ends when the bench is asked to stop or goes down. */
export function keepChild(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
  if (asked) child.kill('SIGKILL');
}

/** True once the bench was asked to stop. */
export function isAskedToStop(): boolean {
  return asked;
}

/**
 * On Ctrl-C or SIGTERM: ends the processes that measure, so that what waits for them fails and the bench can tidy up. When
 * this process goes down some other way they go with it. A second signal ends it at once.
 */
export function stopWhenAsked(): void {
  const endAll = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      asked = true;
      endAll();
      process.once(signal, () => process.exit(1));
    });
  }
}
