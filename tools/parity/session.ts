/** One adapter and device for a whole comparison. */
import { Device } from '../../src/graph/device.ts';
import type { Target } from '../../src/kernels/target.ts';
import { requestNodeAdapter, type AdapterChoice } from '../../src/host/node/adapter.ts';

export interface SessionOptions {
  readonly adapter: AdapterChoice;
  /** Use the workgroup-tiled kernels even where the table has others. */
  readonly tiled: boolean;
}

export interface Session {
  readonly device: Device;
  /** Ends the session; the process can exit. */
  close(): void;
}

const TILED: Partial<Target> = { matmul: 'tiled', attention: 'tiled', conv: 'tiled' };

export async function openSession({ adapter: choice, tiled }: SessionOptions): Promise<Session> {
  const { adapter, wait, release } = await requestNodeAdapter(choice);
  const device = await Device.create(adapter, { wait, target: tiled ? TILED : undefined });
  return {
    device,
    close() {
      device.dispose();
      release();
    },
  };
}
