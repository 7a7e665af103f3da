/** One adapter and device for a whole comparison. */
import { Device } from '../../src/graph/device.ts';
import { PREFERENCES } from '../../src/kernels/target.ts';
import { requestNodeAdapter, type AdapterChoice } from '../../src/host/node/adapter.ts';

export interface SessionOptions {
  readonly adapter: AdapterChoice;
  /** Whether to prefer the variants of GPUs on any adapter. */
  readonly tiled: boolean;
}

export interface Session {
  readonly device: Device;
  /** Ends the session; the process can exit. */
  close(): void;
}

export async function openSession({ adapter: choice, tiled }: SessionOptions): Promise<Session> {
  const { adapter, wait, release } = await requestNodeAdapter(choice);
  const device = await Device.create(adapter, { wait, target: tiled ? PREFERENCES.gpu : undefined });
  return {
    device,
    close() {
      device.dispose();
      release();
    },
  };
}
