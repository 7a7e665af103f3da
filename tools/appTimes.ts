/**
 * Measures the web app in Chromium with the tiny networks: `npm run app-times -- [options]`. A visitor who has never been there opens
 * the page, takes the duck, clicks it and reconstructs it. Seconds of each stage, the longest gap between two frames of the page
 * in it, and the size over the wire are printed, and appended to a file as a line of JSON.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { chromium, type Page } from 'playwright-core';
import { startAppServer } from '../src/cli/work/appServer.ts';
import { messageOf } from '../src/host/errors.ts';
import { sizeOverTheWire } from './app.mjs';
import { currentLoad, originOf } from './origin.ts';
import { findBrowser, gpuFlags, softwareFlags } from './setup/browser.mjs';

const APP = 'dist/app';

interface Options {
  readonly grid: string;
  readonly software: boolean;
  readonly json: string;
}

/** What the page said that it was doing, for how long, and how fluid it was. */
interface Stage {
  readonly what: string;
  readonly seconds: number;
  readonly longestGapMs: number;
}

/** Runs in the page: notes at every frame what the progress bars say. Without one, the page waits for the visitor. */
function watchFrames(): void {
  const stages: { what: string; seconds: number; longestGapMs: number }[] = [];
  let last = performance.now();
  const frame = (now: number): void => {
    const what = document.querySelector('main progress')?.getAttribute('aria-label') ?? 'waiting';
    if (stages.at(-1)?.what !== what) stages.push({ what, seconds: 0, longestGapMs: 0 });
    const stage = stages.at(-1)!;
    stage.seconds += (now - last) / 1000;
    stage.longestGapMs = Math.max(stage.longestGapMs, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  Object.assign(globalThis, { stages });
}

async function visit(page: Page, address: string, grid: string): Promise<Stage[]> {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await page.addInitScript(watchFrames);
  await page.goto(address);
  await button('Tiny networks').waitFor();
  await button('Duck').click();
  await button('Undo').waitFor();
  await page.getByText('Settings').click();
  await page.getByLabel('Grid').selectOption(grid);
  const photo = page.getByRole('application', { name: /^Photo\./ });
  await photo.focus();
  // The crosshair begins in the middle of the photo.
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('button:not([disabled])', { hasText: /^Reconstruct$/ }).click();
  await button('Download').waitFor();
  const stages = (await page.evaluate('stages')) as Stage[];
  return stages.filter(({ what }) => what !== 'waiting');
}

async function measure({ grid, software, json }: Options): Promise<void> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('There is no Chromium. Run: npm run setup, or set UNFLAT_CHROMIUM to one.');
  const [origin, server] = [await originOf(), await startAppServer(APP, 0)];
  const args = software ? softwareFlags : gpuFlags;
  const browser = await chromium.launch({ executablePath, args: [...args], chromiumSandbox: false });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    page.setDefaultTimeout(0);
    const stages = await visit(page, server.address, grid);
    const adapter = (await page.evaluate(
      'navigator.gpu.requestAdapter().then(({ info }) => `${info.vendor} ${info.architecture} ${info.description}`.trim())',
    )) as string;
    const wireBytes = sizeOverTheWire(APP);
    const line = { ...origin, browser: browser.version(), adapter, load: currentLoad(), grid: Number(grid), wireBytes };
    console.log(
      `${adapter}, Chromium ${line.browser}, grid ${grid}, load ${line.load}; ${wireBytes} bytes over the wire`,
    );
    for (const { what, seconds, longestGapMs } of stages) {
      console.log(`${what.padEnd(28)} ${seconds.toFixed(1).padStart(7)} s, longest gap ${longestGapMs.toFixed(0)} ms`);
    }
    await mkdir(dirname(json), { recursive: true });
    await appendFile(json, `${JSON.stringify({ ...line, stages })}\n`);
  } finally {
    await browser.close();
    await server.close();
  }
}

await new Command('app-times')
  .description('Measures the web app in Chromium, with the tiny networks.')
  .option('--grid <step>', 'step of the grid, as the settings offer it', '0.4')
  .option('--software', 'SwiftShader instead of the graphics card', false)
  .option('--json <file>', 'appends the result', 'bench/results/app/times.jsonl')
  .action(measure)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`app-times: ${messageOf(error)}`);
    process.exitCode = 1;
  });
