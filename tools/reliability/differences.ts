/** Compares results bit for bit. */

/** Paths of the values that differ in two results; seconds are no result. */
export function differences(one: unknown, other: unknown, path = 'result'): string[] {
  if (path === 'result.seconds' || Object.is(one, other)) return [];
  if (ArrayBuffer.isView(one) && ArrayBuffer.isView(other)) {
    const [a, b] = [one, other].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
    return a.length === b.length && a.every((byte, i) => byte === b[i]) ? [] : [path];
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return [path];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const values = (of: object, name: string): unknown => (of as Record<string, unknown>)[name];
  return [...names].flatMap((name) => differences(values(one, name), values(other, name), `${path}.${name}`));
}
