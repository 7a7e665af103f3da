/** Goes on when a device is lost: opens another one, and repeats the step that the loss has ended. */
import type { Device } from '../graph/device.ts';
import { DeviceError } from '../graph/errors.ts';
import { DeviceLostError, MAX_LOSSES } from './deviceLost.ts';
import type { OnDevice } from './onDevice.ts';
import type { Stages } from './session/stages.ts';

/** Milliseconds before another device is asked for: a driver that was reset, or a browser's GPU process, needs a moment. */
const FIRST_PAUSE_MS = 250;
/** The next pause is longer by this factor. */
const LONGER = 4;

/** How a new device is opened, and what is put on it. */
export interface Renewal {
  /** Opens a device like the first one; without it, a loss ends the call. */
  readonly open?: () => Promise<Device>;
  /** What an engine has on a device. */
  readonly equip: (device: Device) => OnDevice;
}

export class Recovery {
  /** What is on the device at present. */
  current: OnDevice;
  /** Resolves when a call has ended because devices were lost one after the other; never when the engine is disposed. */
  readonly lost: Promise<DeviceError>;
  private giveUp!: (error: DeviceError) => void;
  /** Losses since something was finished. */
  private losses = 0;
  private disposed = false;

  constructor(
    first: Device,
    private readonly renewal: Renewal,
  ) {
    this.current = renewal.equip(first);
    this.lost = new Promise((resolve) => (this.giveUp = resolve));
    if (!renewal.open) void first.lost.then(this.giveUp);
  }

  /**
   * Runs a step whose result is on the host, or can be made again. When the device is lost meanwhile, the step runs again on a new one.
   * @param goesOn says what happens on the new device, for the caller's notice
   * @throws DeviceLostError after `MAX_LOSSES` losses in a row; as `work`
   */
  async step<T>(stages: Stages, goesOn: () => string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        // A device may be lost while nobody uses it.
        if (this.renewal.open && this.current.device.failure)
          await this.renew(this.current.device.failure, stages, goesOn);
        const result = await work();
        this.advanced();
        return result;
      } catch (error) {
        if (error instanceof DeviceLostError || stages.signal?.aborted || this.disposed) throw error;
        const loss = await this.current.device.loss();
        if (!loss || !this.renewal.open) throw error;
      }
    }
  }

  /** Something was finished that need not be made again: a later loss is the first of a row. */
  advanced(): void {
    this.losses = 0;
  }

  /** Destroys the device. There will be no other one. */
  dispose(): void {
    this.disposed = true;
    this.current.device.dispose();
  }

  /** @throws DeviceLostError; DeviceError if the engine was disposed; the signal's reason */
  private async renew(loss: Error, stages: Stages, goesOn: () => string): Promise<void> {
    const { device } = this.current;
    for (let reason = loss; ;) {
      if (++this.losses >= MAX_LOSSES) {
        this.losses = 0;
        const error = new DeviceLostError(reason);
        this.giveUp(error);
        throw error;
      }
      stages.say(`${reason.message.split('\n')[0]} On a new one, ${goesOn()}.`);
      device.dispose();
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * LONGER ** (this.losses - 1)));
      stages.signal?.throwIfAborted();
      try {
        const fresh = await this.renewal.open!();
        fresh.submissionMs = device.submissionMs;
        if (this.disposed) fresh.dispose();
        fresh.check();
        this.current = this.renewal.equip(fresh);
        return;
      } catch (error) {
        if (this.disposed) throw error;
        reason = error instanceof Error ? error : new DeviceError(String(error));
      }
    }
  }
}
