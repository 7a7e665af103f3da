/** Opens the built web app in Chromium, with the fake engine in its worker. */
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Locator, Page, Worker } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type AppServer, startAppServer } from '../../src/cli/work/appServer.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { collectErrors, launch } from '../setup/chromium.ts';
import type { Scenario, Script } from './script.ts';

/** A photo as Playwright gives it to a page. */
interface PhotoFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const PHOTO_SIZE = { width: 160, height: 120 };

/** A photo that is quickly worked on. */
export async function smallPhoto(name = 'photo.png'): Promise<PhotoFile> {
  const picture = sharp(join(root, 'examples/duck.png')).resize(PHOTO_SIZE.width, PHOTO_SIZE.height);
  return { name, mimeType: 'image/png', buffer: await picture.png().toBuffer() };
}

/** Bundles the program of the fake worker. */
async function bundleFakeWorker(): Promise<string> {
  const result = await build({
    entryPoints: [join(root, 'test/app/fakeWorker.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    loader: { '.wgsl': 'text' },
    write: false,
  });
  return result.outputFiles[0].text;
}

/** The app in a page of its own, as a person sees it. */
export class OpenedApp {
  private constructor(
    readonly page: Page,
    /** What went wrong unnoticed: it must stay empty. */
    readonly errors: readonly string[],
    /** Of engines that are started from now on. */
    public scenario: Scenario,
  ) {}

  /** @param program of the fake worker */
  static async open(
    browser: Browser,
    { address }: AppServer,
    program: string,
    scenario: Scenario = {},
    options: BrowserContextOptions = {},
  ): Promise<OpenedApp> {
    const context = await browser.newContext({
      ...{ viewport: { width: 1280, height: 860 }, serviceWorkers: 'block', reducedMotion: 'reduce' },
      ...options,
    });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    const app = new OpenedApp(page, collectErrors(page), scenario);
    await page.route('**/worker.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `const SCENARIO = ${JSON.stringify(app.scenario)};\n${program}`,
      }),
    );
    await page.goto(address);
    return app;
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  get photo(): Locator {
    return this.page.getByRole('application', { name: /^Photo\./ });
  }

  /** Opens an example, and waits until it can be pointed at. */
  async openExample(name: string): Promise<void> {
    await this.button(name).click();
    await this.button('Undo').waitFor();
  }

  /** Chooses a photo from the disk, and waits until it can be pointed at. */
  async choose(file?: PhotoFile): Promise<void> {
    await this.page
      .locator('input[type=file]')
      .first()
      .setInputFiles(file ?? (await smallPhoto()));
    await this.button('Undo').waitFor();
  }

  /** A color of the mask that is laid over the photo. @param x, y parts of its width and height */
  maskAt(x: number, y: number): Promise<number[]> {
    return this.photo.locator('canvas').evaluate(
      (canvas: HTMLCanvasElement, [x, y]) => {
        const context = canvas.getContext('2d')!;
        return [...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data];
      },
      [x, y],
    );
  }

  /** Clicks the photo. @param x, y parts of its width and height */
  async point(x: number, y: number, options: Parameters<Locator['click']>[0] = {}): Promise<void> {
    const box = (await this.photo.boundingBox())!;
    await this.photo.click({ position: { x: x * box.width, y: y * box.height }, ...options });
  }

  /** Points at the middle of the photo, and reconstructs what is there. */
  async reconstruct(): Promise<void> {
    await this.point(0.5, 0.5);
    await this.button('Reconstruct').click();
    await this.button('Download').waitFor();
  }

  /** The worker of the current engine. */
  async worker(): Promise<Worker> {
    return this.page.workers().at(-1) ?? this.page.waitForEvent('worker');
  }

  /** Does something with the script of the current engine. */
  async script<T, A>(use: (script: Script, argument: A) => T, argument: A): Promise<T> {
    const worker = await this.worker();
    return worker.evaluate(`(${use.toString()})(script, ${JSON.stringify(argument) ?? 'undefined'})`) as Promise<T>;
  }

  /** The arguments of the calls of a method so far. */
  async asked(method: string): Promise<unknown[]> {
    const calls = await this.script((script, name) => script.calls.filter((call) => call.method === name), method);
    return calls.map(({ args }) => args[0]);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** What the tests of a file share: a browser, a server and the fake worker. Each test opens an app of its own. */
export function useApps(): { open(scenario?: Scenario, options?: BrowserContextOptions): Promise<OpenedApp> } {
  let browser: Browser;
  let server: AppServer;
  let program: string;
  const opened: OpenedApp[] = [];
  beforeAll(async () => {
    await ensureBuild();
    [browser, server, program] = await Promise.all([
      launch(),
      startAppServer(join(root, 'dist/app'), 0),
      bundleFakeWorker(),
    ]);
  });
  afterEach(async () => {
    for (const app of opened.splice(0)) {
      await app.close();
      expect(app.errors).toEqual([]);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    async open(scenario, options) {
      const app = await OpenedApp.open(browser, server, program, scenario, options);
      opened.push(app);
      return app;
    },
  };
}
