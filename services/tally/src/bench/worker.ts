import 'reflect-metadata';
import { openLog, useLog } from '@tallystick/observability';
import type { Task, TaskAnswer } from './task';
import { TASKS } from './tasks';

/** A process of the bench: takes one task from its parent, answers, ends. Ends also when the parent is gone. */
async function answer({ kind, input }: Task): Promise<TaskAnswer> {
  try {
    const task = TASKS.get(kind);
    if (!task) throw new Error('there is no such task');
    return { result: await task(input as never) };
  } catch (error) {
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

useLog(openLog({ level: 'warn' }));
process.once('disconnect', () => process.exit(1));
process.once('message', (task: Task) => {
  void answer(task).then((answered) => {
    process.removeAllListeners('disconnect');
    process.send?.(answered, () => process.disconnect());
  });
});
