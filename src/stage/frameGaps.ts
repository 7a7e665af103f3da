/** How fluid a page is: the longest time for which it showed nothing new. */

/** Measures gaps between frames. A page in the background gets no frames, which counts as a gap. */
export class FrameGaps {
  /** The longest gap since `start`, in milliseconds. */
  longest = 0;
  private last = 0;
  private request = 0;

  /** Begins anew: the first gap is that before the next frame. */
  start(): void {
    cancelAnimationFrame(this.request);
    this.longest = 0;
    this.last = performance.now();
    const next = (): void => {
      this.request = requestAnimationFrame((now) => {
        this.note(now);
        next();
      });
    };
    next();
  }

  /** @returns the longest gap in milliseconds, the time since the last frame included */
  stop(): number {
    if (this.request !== 0) this.note(performance.now());
    cancelAnimationFrame(this.request);
    this.request = 0;
    return this.longest;
  }

  private note(now: number): void {
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }
}
