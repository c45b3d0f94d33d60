import type { Kernel } from './kernel.ts';

/** What becomes of one call of a process to the outside. */
export interface Fate {
  /** What is called; nothing: it is a wait inside the process and counts as no call. */
  readonly calls?: 'tracker' | 'store' | 'queue' | 'webhook';
  /** Until it takes effect. */
  readonly thereMs: number;
  /** From the effect to the answer. */
  readonly backMs: number;
  /** Thrown instead of taking effect, or (`after`) in spite of it. */
  readonly failure?: { readonly error: () => unknown; readonly when: 'before' | 'after' };
  /** The answer never comes, because the process dies at this very await. */
  readonly crash?: 'before' | 'after';
  readonly pauseMs?: number;
  /** The answer is an error at once, and the effect comes later all the same, if at all. */
  readonly late?: { readonly afterMs: number; readonly error: () => unknown };
}

/** A worker or web process: it can die and come back, stand still, and its clock is wrong. */
export class Process {
  readonly kernel: Kernel;
  readonly name: string;
  readonly skewMs: number;
  /** Raised by each death: what an earlier life waited for is never resumed. */
  life = 1;
  alive = true;
  pausedUntil = 0;
  onStart: () => void = () => {};

  constructor(kernel: Kernel, name: string, skewMs: number) {
    this.kernel = kernel;
    this.name = name;
    this.skewMs = skewMs;
  }

  /** The process's own idea of the time. */
  now(): number {
    return this.kernel.now + this.skewMs;
  }

  kill(downMs: number): void {
    if (!this.alive) {
      return;
    }
    this.kernel.say(this.name, () => `killed for ${Math.round(downMs)} ms`);
    this.alive = false;
    this.life += 1;
    this.pausedUntil = 0;
    this.kernel.after(downMs, () => {
      this.alive = true;
      this.onStart();
    });
  }

  pause(forMs: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.kernel.now + forMs);
    this.kernel.say(this.name, () => `stands still for ${Math.round(forMs)} ms`);
  }

  /** Runs in this life of the process and not before a pause ends. */
  resume(life: number, run: () => void): void {
    if (this.life !== life || !this.alive) {
      return;
    }
    if (this.pausedUntil > this.kernel.now) {
      this.kernel.at(this.pausedUntil, () => this.resume(life, run));
      return;
    }
    run();
  }

  sleep(delayMs: number): Promise<void> {
    const { life } = this;
    return new Promise((resolve) => this.kernel.after(delayMs, () => this.resume(life, resolve)));
  }

  /** A call to the outside: `effect` happens there, whatever becomes of us meanwhile. */
  ask<Answer>(effect: () => Answer, fate: Fate, downMs: () => number): Promise<Answer> {
    const { kernel, life } = this;
    if (fate.calls !== undefined) {
      kernel.calls[fate.calls] += 1;
    }
    return new Promise((resolve, reject) => {
      if (fate.crash === 'before') {
        // Not at once: what the process does in the same step is still done by the living.
        kernel.after(0, () => {
          if (this.life === life) {
            this.kill(downMs());
          }
        });
        return;
      }
      const { failure, late } = fate;
      if (late !== undefined) {
        kernel.after(late.afterMs, () => attempt(effect));
        kernel.after(fate.backMs, () => this.resume(life, () => reject(late.error())));
        return;
      }
      kernel.after(fate.thereMs, () => {
        let settle: () => void;
        try {
          if (failure?.when === 'before') {
            throw failure.error();
          }
          const answer = effect();
          settle = () => resolve(answer);
          if (failure?.when === 'after') {
            throw failure.error();
          }
        } catch (error) {
          settle = () => reject(error instanceof Error ? error : new Error(String(error)));
        }
        if (fate.crash === 'after' && this.life === life) {
          this.kill(downMs());
          return;
        }
        if (fate.pauseMs !== undefined && this.life === life) {
          this.pause(fate.pauseMs);
        }
        kernel.after(fate.backMs, () => this.resume(life, settle));
      });
    });
  }
}

/** Nobody waits for the outcome any more. */
function attempt(effect: () => unknown): void {
  try {
    effect();
  } catch {
    // The tracker refused it; nobody is told.
  }
}
