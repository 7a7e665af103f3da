/** WebGPU in a browser: requests an adapter. */
import { isSoftware } from '../../graph/device.ts';
import { UserError } from '../errors.ts';

/** @throws UserError if the browser has no WebGPU, or no adapter */
export async function requestWebAdapter(): Promise<{ gpu: GPU; adapter: GPUAdapter; software: boolean }> {
  // Browsers without WebGPU lack the property, whatever the type says.
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu) {
    throw new UserError('This browser has no WebGPU.', {
      hint: 'Use a current Chrome or Edge, and open the page over https or on localhost.',
    });
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new UserError('This browser has WebGPU but found no adapter.', {
      // Chromium gives a page none after its GPU process has died twice within minutes.
      hint: 'Load the page again. The page chrome://gpu shows why. On Linux, start Chrome with --enable-unsafe-webgpu.',
    });
  }
  return { gpu, adapter, software: isSoftware(adapter.info) };
}
