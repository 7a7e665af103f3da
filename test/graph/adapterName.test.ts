import { describe, expect, it } from 'vitest';
import { adapterName } from '../../src/graph/device.ts';

const info = (known: Partial<GPUAdapterInfo>): GPUAdapterInfo =>
  ({ vendor: '', architecture: '', device: '', description: '', ...known }) as GPUAdapterInfo;

describe('adapterName', () => {
  it.each([
    ['the description', info({ description: 'llvmpipe (LLVM 15)', vendor: 'mesa' }), 'llvmpipe (LLVM 15)'],
    ['vendor and architecture', info({ vendor: 'nvidia', architecture: 'ampere' }), 'nvidia ampere'],
    [
      'the device, too',
      info({ vendor: 'google', architecture: 'swiftshader', device: '0xc0de' }),
      'google swiftshader 0xc0de',
    ],
    ['that nothing is known', info({}), 'an adapter without a name'],
  ])('is %s', (_, known, name) => expect(adapterName(known)).toBe(name));
});
