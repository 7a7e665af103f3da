/** Measures the peak memory of a piece of work. */
import type { Device } from '../../src/graph/device.ts';

export interface MemoryMeter {
  /** Peak of bytes on the device since the last `reset`. */
  readonly peakDeviceBytes: number;
  /** Peak of this process's resident bytes since the last `reset`, sampled. It includes a software adapter's memory. */
  readonly peakProcessBytes: number;
  reset(): void;
  dispose(): void;
}

const SAMPLING_MS = 20;

export function meterMemory({ memory }: Pick<Device, 'memory'>): MemoryMeter {
  let resident = 0;
  const sample = (): void => {
    resident = Math.max(resident, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, SAMPLING_MS);
  return {
    get peakDeviceBytes() {
      return memory.peak;
    },
    get peakProcessBytes() {
      sample();
      return resident;
    },
    reset() {
      memory.resetPeak();
      resident = 0;
      sample();
    },
    dispose: () => clearInterval(timer),
  };
}
