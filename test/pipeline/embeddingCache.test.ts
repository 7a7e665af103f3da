import { describe, expect, it } from 'vitest';
import { EmbeddingCache } from '../../src/pipeline/session/embeddingCache.ts';

const released: string[] = [];
const embedding = (name: string, bytes: number) => ({
  ...{ bytes, width: 1, height: 1 },
  release: () => void released.push(name),
});

describe('encoded photos', () => {
  it('make room by their last use', () => {
    released.length = 0;
    const cache = new EmbeddingCache(30);
    const [a, b, c, d] = [{}, {}, {}, {}];
    const first = embedding('a', 10);
    cache.put(a, first);
    cache.put(b, embedding('b', 10));
    cache.put(c, embedding('c', 10));
    expect(cache.get(a)).toBe(first);
    cache.put(d, embedding('d', 20));
    expect(released).toEqual(['b', 'c']);
    expect(cache.get(b)).toBeUndefined();
    expect(cache.bytes).toBe(30);
  });

  it('keep the newest, whatever its size', () => {
    released.length = 0;
    const cache = new EmbeddingCache(30);
    const [a, b] = [{}, {}];
    cache.put(a, embedding('a', 10));
    const large = embedding('b', 100);
    cache.put(b, large);
    expect(released).toEqual(['a']);
    expect(cache.get(b)).toBe(large);
  });

  it('are released once: when replaced, released or cleared', () => {
    released.length = 0;
    const cache = new EmbeddingCache(30);
    const [a, b] = [{}, {}];
    cache.put(a, embedding('a1', 10));
    cache.put(a, embedding('a2', 10));
    cache.put(b, embedding('b', 10));
    cache.release(a);
    cache.release(a);
    cache.clear();
    expect(released).toEqual(['a1', 'a2', 'b']);
    expect(cache.bytes).toBe(0);
  });
});
