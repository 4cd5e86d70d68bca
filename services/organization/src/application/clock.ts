import { commandId } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import { endedTimes } from './ended-times';
import type { OrganizationCommands } from './organization-commands';

export interface ClockOptions {
  readonly commands: OrganizationCommands;
  readonly tenant: string;
  readonly program: string;
  readonly now: () => Instant;
  /** True while this process is the one that announces. */
  readonly leading: () => Promise<boolean>;
  readonly onFault: (error: unknown) => void;
}

/** How often the clock looks, in ms. */
const TICK = 1_000;

/**
 * Announces ended dates and minutes of one program while this process leads. Two leaders at once do no harm: the
 * stream takes each date and minute once.
 */
export class Clock {
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> = Promise.resolve();
  private isTicking = false;

  constructor(private readonly options: ClockOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      // A turn that takes long stands for those that would have begun meanwhile.
      if (this.isTicking) return;
      this.isTicking = true;
      this.ticking = this.turn().finally(() => (this.isTicking = false));
    }, TICK);
  }

  private async turn(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      this.options.onFault(error);
    }
  }

  /** Announces what has ended by now; answers how many dates and minutes that were. */
  async tick(): Promise<number> {
    const { commands, tenant, program, now, leading } = this.options;
    if (!(await leading())) return 0;
    const settings = await commands.program(tenant, program);
    if (!settings) return 0;
    const at = now();
    const ended = endedTimes(settings.zone, await commands.announced(tenant, program), at);
    if (ended.days.length + ended.minutes.length === 0) return 0;
    const id = commandId(tenant, 'clock', 'announce-time', `${program}/${formatInstant(at)}`);
    await commands.announceTime(
      tenant,
      program,
      { zone: settings.zone, ...ended },
      { actor: 'svc:organization', commandId: id },
    );
    return ended.days.length + ended.minutes.length;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.ticking;
  }
}
