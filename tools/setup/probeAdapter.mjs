/**
 * Asks WebGPU for an adapter and a device, in a process of its own: a broken driver may crash, and the answer must not
 * depend on a device that an earlier attempt left behind. Prints the adapter's information as JSON on the last line.
 */
import { create } from 'webgpu';

const adapter = await create([]).requestAdapter();
if (adapter === null) {
  process.stderr.write('WebGPU has no adapter\n');
  process.exit(1);
}
const device = await adapter.requestDevice();
const { vendor, architecture, description } = adapter.info;
device.destroy();
process.stdout.write(`${JSON.stringify({ vendor, architecture, description })}\n`);
process.exit(0); // the instance keeps the process alive
