/** The object: what is being done, the depth, the object to turn, and taking it home. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { limitOf } from '../../pipeline/occupancy.ts';
import type { Result, ShownPhoto } from '../state/state.ts';
import { count } from '../words.ts';
import { useApp } from './context.tsx';
import { DepthPicture } from './depthPicture.tsx';
import { DownloadMenu } from './downloadMenu.tsx';
import { ObjectView } from './objectView.tsx';
import { Progress } from './progress.tsx';
import { ThresholdSlider } from './thresholdSlider.tsx';

/** Points whose probability is above a threshold. */
function countAbove(logits: Float32Array, threshold: number): number {
  const limit = limitOf(threshold);
  return logits.reduce((sum, logit) => (logit > limit ? sum + 1 : sum), 0);
}

/** Sizes of a finished result, in words. */
function factsOf({ of, made, mesh, object }: Result, threshold: number): string {
  const triangles = [mesh, ...made.map((one) => one.mesh)].reduce(
    (sum, one) => sum + (one ? one.mesh.triangles.length / 3 : 0),
    0,
  );
  const points = object
    ? countAbove(object.kept.logits, threshold)
    : made.reduce((sum, one) => sum + one.object.rgb.length / 3, 0);
  return [
    ...(of > 1 ? [`${made.length} of ${of} objects`] : []),
    ...(triangles > 0 ? [`${count(triangles)} triangles`] : []),
    `${count(points)} points`,
    ...(object?.partial ? ['incomplete'] : []),
  ].join(', ');
}

/** Where photo and object are not side by side, as in main.css. */
const ONE_COLUMN = '(max-width: 860px)';

type Tab = 'object' | 'depth';

export function ObjectPanel({ photo, result }: { photo: ShownPhoto; result: Result | undefined }) {
  const { run, threshold } = useApp().state;
  const [tab, setTab] = useState<Tab>('object');
  const panel = useRef<HTMLElement>(null);
  const isRunning = !!run.value;
  useEffect(() => {
    // Below the photo, it would be out of sight.
    if (isRunning && matchMedia(ONE_COLUMN).matches) panel.current?.scrollIntoView();
  }, [isRunning]);
  if (!result) {
    return (
      <section ref={panel} class="panel object" aria-label="Object">
        <p class="empty">The object appears here.</p>
      </section>
    );
  }
  const { depth, seen, object, made } = result;
  const hasPoints = !!seen || result.arrived.length > 0 || made.length > 0;
  const isComplete = (object || made.length > 0) && (!run.value || run.value.isMeshAgain);
  const shown: Tab = hasPoints ? tab : 'depth';
  return (
    <section ref={panel} class="panel object" aria-label="Object">
      {run.value && !run.value.isMeshAgain && (
        <Progress
          what={`${run.value.object === undefined ? '' : `Object ${run.value.object}, ${made.length + 1} of ${result.of}: `}${run.value.what}`}
          share={run.value.share}
          left={run.value.left}
        />
      )}
      {depth && hasPoints && (
        <div class="group tabs" role="group" aria-label="What is shown">
          <button type="button" aria-pressed={shown === 'object'} onClick={() => setTab('object')}>
            Object
          </button>
          <button type="button" aria-pressed={shown === 'depth'} onClick={() => setTab('depth')}>
            Depth
          </button>
        </div>
      )}
      {!depth && <p class="empty">The object appears here.</p>}
      {depth && <DepthPicture isHidden={shown !== 'depth'} photo={photo} meters={depth.meters} />}
      <ObjectView isHidden={shown !== 'object'} photo={photo} result={result} />
      {object && result.of === 1 && object.kept.logits.length > 0 && <ThresholdSlider object={object} />}
      {run.value?.isMeshAgain && <Progress what={run.value.what} share={run.value.share} />}
      {[...result.events, ...result.notices].map((notice) => (
        <p key={notice} class="quiet">
          {notice}
        </p>
      ))}
      {isComplete && (
        <div class="row">
          <DownloadMenu photo={photo} result={result} />
          <p class="quiet">{factsOf(result, threshold.value)}</p>
        </div>
      )}
    </section>
  );
}
