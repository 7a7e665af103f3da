/** The browser's host, in Chromium, against Node's. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeTexture } from '../../src/host/node/encode.ts';
import { decodePhoto } from '../../src/host/node/image.ts';
import { openBuiltPage, type BuiltPage } from '../setup/builtPage.ts';

/** Functions that the tests call in the page; files travel as base64, because arguments are JSON. */
const PAGE = `
  import { requestWebAdapter } from './adapter.ts';
  import { BlobBytes, UrlBytes } from './bytes.ts';
  import { encodeTexture } from './encode.ts';
  import { decodePhoto } from './image.ts';
  const fileOf = (base64, name) => new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name);
  const told = (error) => ({ name: error.name, message: error.message });
  export const decode = (base64, name) =>
    decodePhoto(fileOf(base64, name)).then((photo) => ({ ...photo, rgba: [...photo.rgba] }), told);
  export const encode = (width, height, rgba) =>
    encodeTexture({ width, height, rgba: Uint8Array.from(rgba) }).then((file) => ({ ...file, bytes: [...file.bytes] }), told);
  export const readBlob = (base64, offset, length) =>
    new BlobBytes(fileOf(base64, 'w'), 'w.safetensors').read(offset, length).then((bytes) => [...bytes], told);
  export const readUrl = (url, offset, length) =>
    UrlBytes.open(url).then(async (source) => ({ size: source.size, bytes: [...(await source.read(offset, length))] })).catch(told);
  export const software = () => requestWebAdapter().then((found) => found.software);
`;

let page: BuiltPage;
beforeAll(async () => {
  page = await openBuiltPage(PAGE);
}, 60_000);
afterAll(() => page?.close());

const call = (name: string, ...args: unknown[]) => page.call(name, ...args);

const picture = () => {
  const pixels = Uint8Array.from({ length: 3 * 6 * 4 }, (_, i) => (i * 37) % 256);
  return sharp(pixels, { raw: { width: 6, height: 4, channels: 3 } });
};

describe('the photo of a browser', () => {
  it.each([1, 3, 6, 8])('equals Node’s for EXIF orientation %d', async (orientation) => {
    const jpeg = await picture()
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const node = await decodePhoto(jpeg);
    const web = (await call('decode', jpeg.toString('base64'), 'a photo.jpg')) as { rgba: number[] };
    expect(web).toMatchObject({ name: 'a photo', width: node.width, height: node.height });
    // Two JPEG decoders may round each of the three conversion steps differently.
    web.rgba.forEach((value, i) => expect(Math.abs(value - node.rgba[i])).toBeLessThanOrEqual(3));
  });

  it('equals Node’s exactly for PNG, with the focal length', async () => {
    const png = await picture()
      .withExif({ IFD2: { FocalLengthIn35mmFilm: '26' } })
      .png()
      .toBuffer();
    const node = await decodePhoto(png);
    const web = await call('decode', png.toString('base64'), 'photo.png');
    expect(web).toEqual({ ...node, rgba: [...node.rgba] });
    expect(web).toHaveProperty('focal35mm', 26);
  });

  it('is refused when it is empty or damaged', async () => {
    expect(await call('decode', '', 'none.jpg')).toEqual({
      name: 'UserError',
      message: 'The photo none.jpg is empty (0 bytes).',
    });
    const prose = Buffer.from('no photo').toString('base64');
    expect(((await call('decode', prose, 'prose.jpg')) as Error).message).toContain('prose.jpg cannot be decoded');
  });
});

describe('a texture encoded by a browser', () => {
  const [width, height] = [5, 3];
  const rgba = Array.from({ length: 4 * width * height }, (_, i) => (i * 53) % 256);

  it('is a PNG of the same colors without alpha, as Node’s', async () => {
    const web = (await call('encode', width, height, rgba)) as { bytes: number[]; mimeType: string };
    const node = await encodeTexture({ width, height, rgba: Uint8Array.from(rgba) });
    expect(web.mimeType).toBe('image/png');
    const pixels = (bytes: Uint8Array) => sharp(bytes).removeAlpha().raw().toBuffer();
    const expected = rgba.filter((_, i) => i % 4 < 3);
    for (const bytes of [Uint8Array.from(web.bytes), node.bytes]) {
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width, height });
      expect([...(await pixels(bytes))]).toEqual(expected);
    }
  });

  it('is refused if the pixels do not fit, as Node’s', async () => {
    const message = 'PNG: 56 values do not fit a texture of 5 x 3 pixels.';
    const few = rgba.slice(4);
    expect(await call('encode', width, height, few)).toEqual({ name: 'RangeError', message });
    await expect(encodeTexture({ width, height, rgba: Uint8Array.from(few) })).rejects.toThrow(message);
  });
});

describe('bytes in a browser', () => {
  const base64 = Buffer.from('abcdefgh').toString('base64');

  it('come from a dropped file', async () => {
    expect(await call('readBlob', base64, 2, 3)).toEqual([...Buffer.from('cde')]);
    expect(await call('readBlob', base64, 6, 3)).toEqual({
      name: 'RangeError',
      message: 'w.safetensors: bytes 6 to 9 were requested, but the file ends at 8.',
    });
  });

  describe('behind an address', () => {
    let server: Server;
    let url: string;
    beforeAll(async () => {
      server = createServer((request, response) => {
        const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'range' };
        if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
        const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
        if (request.url === '/whole' || !range) return response.writeHead(200, cors).end('abcdefgh');
        const [from, to] = [Number(range[1]), Math.min(7, Number(range[2]))];
        response
          .writeHead(206, {
            ...cors,
            'access-control-expose-headers': 'content-range',
            'content-range': `bytes ${from}-${to}/8`,
          })
          .end('abcdefgh'.slice(from, to + 1));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => server.close());

    it('come by range', async () => {
      expect(await call('readUrl', `${url}/w`, 2, 3)).toEqual({ size: 8, bytes: [...Buffer.from('cde')] });
      expect(await call('readUrl', `${url}/w`, 8, 0)).toEqual({ size: 8, bytes: [] });
      expect(await call('readUrl', `${url}/w`, 7, 2)).toMatchObject({ name: 'RangeError' });
    });

    it('are refused from a server without ranges', async () => {
      expect(await call('readUrl', `${url}/whole`, 0, 1)).toEqual({
        name: 'UserError',
        message: `${url}/whole cannot be read in pieces: the server answered 200 to a range request.`,
      });
    });
  });
});

describe('the adapter of a browser', () => {
  it('is recognized as software here', async () => expect(await call('software')).toBe(true));
});
