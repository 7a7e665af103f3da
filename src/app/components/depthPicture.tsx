/** The depth in colors, with a scale in meters. */
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { depthColors, depthPicture } from '../../stage/index.ts';
import type { ShownPhoto } from '../state/state.ts';
import { meters as metersWords } from '../words.ts';

interface Props {
  readonly photo: ShownPhoto;
  /** [height, width] of the decoded photo. */
  readonly meters: Float32Array;
  readonly isHidden: boolean;
}

/** Colors of the scale's gradient. */
const STOPS = 16;

const gradient = (): string => {
  const colors = Array.from({ length: STOPS + 1 }, (_, i) => `rgb(${depthColors(i / STOPS).join(' ')})`);
  return `linear-gradient(to right, ${colors.join(', ')})`;
};

export function DepthPicture({ photo, meters, isHidden }: Props) {
  const { width, height } = photo.decoded;
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useMemo(() => depthPicture(meters, width, height), [meters, width, height]);
  useLayoutEffect(() => {
    canvas.current!.getContext('2d')!.putImageData(new ImageData(picture.rgba, width, height), 0, 0);
  }, [picture, width, height]);
  const [near, far] = [metersWords(picture.near), metersWords(picture.far)];
  return (
    <figure class="depth" hidden={isHidden}>
      <canvas
        ref={canvas}
        width={width}
        height={height}
        style={{ '--aspect': width / height }}
        role="img"
        aria-label={`Depth of the photo, from ${near} to ${far}`}
      />
      <figcaption class="scale">
        <span>{near}</span>
        <span class="bar" style={{ background: gradient() }} />
        <span>{far}</span>
      </figcaption>
    </figure>
  );
}
