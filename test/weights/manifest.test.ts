import { describe, expect, it } from 'vitest';
import { defaultCheckpoints, networkNamed, networks, specsOfCheckpoint } from '../../src/pipeline/registry.ts';
import { checkpoints, findCheckpoint, specsOf, tensorBytes, unpublished } from '../../weights/index.ts';

const files = checkpoints.flatMap(({ sources }) => Object.values(sources));

describe('the manifest', () => {
  it('has every released checkpoint, each once', () => {
    expect(checkpoints.map(({ id }) => id)).toEqual([
      ...['sam-vit-b', 'sam-vit-l', 'sam-vit-h', 'zoed-n', 'zoed-k', 'zoed-nk', 'mcc'],
    ]);
    expect(new Set(files.map(({ url }) => url)).size).toBe(files.length);
    expect(new Set(files.map(({ file }) => file)).size).toBe(files.length);
    expect(files).toHaveLength(13);
  });

  it('is complete and well formed', () => {
    for (const { file, url, format, sha256, bytes } of files) {
      expect(url).toMatch(/^https:\/\/[\w./-]+$/);
      expect(file).toMatch(new RegExp(`^[\\w-]+\\.${format}$`));
      if (sha256 !== undefined) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      if (bytes !== undefined) expect(Number.isSafeInteger(bytes)).toBe(true);
    }
    for (const { license } of checkpoints) {
      expect(license.name).not.toBe('');
      expect(license.url).toMatch(/^https:/);
      expect(license.note).toMatch(/\.$/);
    }
    expect(findCheckpoint('mcc')!.license.note).toContain('non-commercial');
  });

  it('names configurations that are known, and sizes that fit them', () => {
    for (const checkpoint of checkpoints) {
      const expected = tensorBytes(specsOfCheckpoint(checkpoint));
      const { bytes } = checkpoint.sources.official;
      if (bytes === undefined) continue;
      // Names and headers come on top of the tensors.
      expect(bytes).toBeGreaterThan(expected);
      expect(bytes).toBeLessThan(expected * 1.001);
    }
    expect(() => specsOf(networkNamed('sam'), 'vit_x')).toThrow('sam has no configuration vit_x');
    expect(() => networkNamed('vit')).toThrow('There is no network vit. There are: sam, zoe, mcc, mccScene.');
  });

  it('has one checkpoint of each network by default', () => {
    expect(defaultCheckpoints).toEqual(['sam-vit-b', 'zoed-n', 'mcc']);
    expect(findCheckpoint('none')).toBeUndefined();
  });

  it('has a checkpoint of every network, or says that there is none', () => {
    const known = [...checkpoints, ...unpublished].map(({ network }) => network);
    expect([...new Set(known)].sort()).toEqual(networks.map(({ id }) => id).sort());
    for (const { license } of unpublished) expect(license).toMatchObject({ name: 'CC BY-NC 4.0', nonCommercial: true });
  });
});
