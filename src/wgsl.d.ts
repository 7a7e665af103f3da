/** WGSL files are imported as text: esbuild and vitest both load them so. */
declare module '*.wgsl' {
  const text: string;
  export default text;
}
