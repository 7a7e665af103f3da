/** A device of this machine, in Node. */
import { Device } from '../../src/graph/device.ts';
import { requestNodeAdapter } from '../../src/host/node/adapter.ts';

/** Opens a device on an adapter of its own. @throws UserError if there is no adapter */
export async function openDevice(): Promise<Device> {
  const { adapter, wait, spare, release } = await requestNodeAdapter();
  return Device.create(adapter, { wait, spare, onDispose: release });
}
