/** SHA-256 of bytes, synchronous: keys are needed while a graph is recorded, and WebCrypto's digest is asynchronous. */

const PRIMES = firstPrimes(64);

/** The first 32 bits of the fractional part of x. */
const fraction = (x: number): number => (x - Math.floor(x)) * 2 ** 32;

/** FIPS 180-4, section 4.2.2: from the cube roots of the first 64 primes. */
const ROUND = Uint32Array.from(PRIMES, (p) => fraction(Math.cbrt(p)));
/** FIPS 180-4, section 5.3.3: from the square roots of the first 8 primes. */
const START = Uint32Array.from(PRIMES.slice(0, 8), (p) => fraction(Math.sqrt(p)));

/** @returns 64 hexadecimal digits. FIPS 180-4, section 6.2 */
export function sha256(bytes: Uint8Array): string {
  const state = Uint32Array.from(START);
  const schedule = new Uint32Array(64);
  const whole = bytes.length - (bytes.length % 64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += 64) compress(state, schedule, view, at);

  // The last blocks: the rest of the message, one bit that ends it, zeros, and its length in bits.
  const rest = bytes.subarray(whole);
  const end = new DataView(new ArrayBuffer(rest.length < 56 ? 64 : 128));
  new Uint8Array(end.buffer).set(rest);
  end.setUint8(rest.length, 0x80);
  end.setUint32(end.byteLength - 8, Math.floor(bytes.length / 2 ** 29));
  end.setUint32(end.byteLength - 4, (bytes.length * 8) % 2 ** 32);
  for (let at = 0; at < end.byteLength; at += 64) compress(state, schedule, end, at);

  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}

const rotated = (x: number, bits: number): number => (x >>> bits) | (x << (32 - bits));

/** Mixes one block of 64 bytes into the state. */
function compress(state: Uint32Array, w: Uint32Array, block: DataView, at: number): void {
  for (let i = 0; i < 16; i++) w[i] = block.getUint32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const mix = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + mix + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
    const second = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes;
}
