/** Equality of results with large arrays: their bytes are compared at once, which `toEqual` does number by number. */
import { expect } from 'vitest';

/** @throws AssertionError naming the path of the first difference */
export function expectIdentical(actual: unknown, expected: unknown, path = 'result'): void {
  if (ArrayBuffer.isView(actual) && ArrayBuffer.isView(expected)) {
    expect(actual.constructor, path).toBe(expected.constructor);
    const [a, b] = [actual, expected].map((x) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength));
    expect(a.length, path).toBe(b.length);
    const at = a.findIndex((byte, i) => byte !== b[i]);
    expect(at, `${path}: first byte that differs`).toBe(-1);
  } else if (typeof actual === 'object' && actual !== null && typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual), path).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(actual)) {
      expectIdentical(value, (expected as Record<string, unknown>)[key], `${path}.${key}`);
    }
  } else {
    expect(actual, path).toEqual(expected);
  }
}
