/** Finds the memory that a message can hand over instead of copying it. */

/** The buffers of all typed arrays in a value, each once. A buffer that an array uses only in part may belong to others: it stays. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (!ArrayBuffer.isView(part)) Object.values(part).forEach(visit);
    else if (part.buffer instanceof ArrayBuffer && part.byteLength === part.buffer.byteLength) found.add(part.buffer);
  };
  visit(value);
  return [...found];
}
