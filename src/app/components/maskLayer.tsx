/** A mask over the photo. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { maskPicture, type Tint } from './maskPicture.ts';

interface Props {
  /** [height, width], not 0 on the object. */
  readonly mask: Uint8Array | undefined;
  readonly size: { readonly width: number; readonly height: number };
  readonly tint: Tint;
}

export function MaskLayer({ mask, size: { width, height }, tint }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    if (mask) context.putImageData(maskPicture(mask, width, height, tint), 0, 0);
    else context.clearRect(0, 0, width, height);
  }, [mask, width, height, tint]);
  return <canvas ref={canvas} class="layer" width={width} height={height} aria-hidden="true" />;
}
