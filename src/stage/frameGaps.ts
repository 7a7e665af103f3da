/** How fluid a page is: the longest time for which it showed nothing new. */

/** Measures gaps between frames. A page in the background gets no frames, which counts as a gap. */
export class FrameGaps {
  /** The longest gap since `start`, in milliseconds; 0 until there were two frames. */
  longest = 0;
  private last?: number;
  private request = 0;

  /** Begins anew. */
  start(): void {
    this.stop();
    this.longest = 0;
    this.last = undefined;
    const next = (): void => {
      this.request = requestAnimationFrame((now) => {
        this.note(now);
        next();
      });
    };
    next();
  }

  /** @returns the longest gap, in milliseconds */
  stop(): number {
    cancelAnimationFrame(this.request);
    return this.longest;
  }

  /** Counts a frame. @param now when it was, in milliseconds */
  private note(now: number): void {
    this.longest = Math.max(this.longest, now - (this.last ?? now));
    this.last = now;
  }
}
