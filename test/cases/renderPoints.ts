/** Clouds to draw: nothing, a single point, a plane that fills the view, a shell; `radius` in the points' unit. */
const shell = (count: number): Float32Array =>
  Float32Array.from({ length: 3 * count }, (_, k) => {
    // Points of a Fibonacci spiral on the unit sphere, 4 in front of the camera.
    const i = Math.floor(k / 3);
    const z = 1 - (2 * i + 1) / count;
    const angle = i * 2.399963;
    return [Math.sqrt(1 - z * z) * Math.cos(angle), Math.sqrt(1 - z * z) * Math.sin(angle), z - 4][k % 3];
  });

const plane = Float32Array.from({ length: 3 * 225 }, (_, k) => {
  const i = Math.floor(k / 3);
  return [((i % 15) - 7) * 0.25, (Math.floor(i / 15) - 7) * 0.25, -4 + 0.05 * (i % 15)][k % 3];
});

export const renderCases = [
  { name: 'nothing', points: new Float32Array(0), radius: 0.1 },
  { name: 'a point', points: Float32Array.of(0.1, -0.2, -3), radius: 0.3 },
  { name: 'a plane', points: plane, radius: 0.26 },
  { name: 'a shell', points: shell(600), radius: 0.16 },
] as const;
