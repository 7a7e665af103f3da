/** The ops that models call, in reading order. */
export * from './matmul.ts';
export * from './attention.ts';
export * from './rows.ts';
export * from './pointwise.ts';
export * from './cast.ts';
export * from './reduce.ts';
export * from './movement.ts';
export * from './resize.ts';
export * from './image.ts';
export * from './points.ts';
export * from './mesh.ts';
