/** Devices with little: what is left of an adapter's limits and features. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DeviceOptions } from '../../src/graph/device.ts';

export interface Profile {
  readonly what: string;
  readonly device: Pick<DeviceOptions, 'limits' | 'without'>;
  /** Runs on the software driver that comes with Chromium. */
  readonly swiftShader?: true;
}

const MIB = 2 ** 20;

/** What WebGPU guarantees (section 3.6.2, "default" column). */
const defaults = {
  maxBufferSize: 256 * MIB,
  maxStorageBufferBindingSize: 128 * MIB,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxStorageBuffersPerShaderStage: 8,
  maxTextureDimension2D: 8192,
} as const;

const without = ['subgroups', 'timestamp-query', 'shader-f16'] as const;

export const PROFILES: Readonly<Record<string, Profile>> = {
  defaults: {
    what: 'the limits that WebGPU guarantees, no subgroups, f16 or timestamps',
    device: { limits: defaults, without },
  },
  below: {
    what: 'the same with bindings of 16 MiB and textures of 2048',
    device: { limits: { ...defaults, maxStorageBufferBindingSize: 16 * MIB, maxTextureDimension2D: 2048 }, without },
  },
  textures: {
    what: 'bindings of 16 MiB and textures of 2048 with subgroups, so that software adapters read weights from textures',
    device: { limits: { ...defaults, maxStorageBufferBindingSize: 16 * MIB, maxTextureDimension2D: 2048 } },
  },
  swiftshader: { what: 'SwiftShader, the software driver of Chromium, as it is', device: {}, swiftShader: true },
};

/**
 * Where Chromium has the description of its Vulkan driver. @returns undefined if it ships none
 * @param chromium path of the browser
 */
export function swiftShaderDriver(chromium: string): string | undefined {
  const folders = [dirname(realpathSync(chromium)), '/usr/lib/chromium'];
  return folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((file) => existsSync(file));
}
