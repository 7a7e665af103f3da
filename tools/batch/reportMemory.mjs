/** Loaded before a program (`node --import`), it tells the process that started it, each second, how much memory the program has. */

const EVERY_MS = 1000;

setInterval(() => {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  process.send?.({ rss, heapUsed, arrayBuffers });
}, EVERY_MS).unref();
process.channel?.unref();
