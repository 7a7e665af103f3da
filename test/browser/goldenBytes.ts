/** Stands in for `test/setup/goldenBytes.ts` in the browser bundle: the test's server has test/golden at /golden/. */

/** @throws Error if the server has no such file */
export async function goldenBytes(name: string): Promise<Uint8Array> {
  const response = await fetch(`/golden/${name}`);
  if (!response.ok) throw new Error(`golden file ${name}: ${response.status} ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}
