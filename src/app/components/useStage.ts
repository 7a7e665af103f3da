/** Puts onto the stage what is new in a result. */
import { useEffect, useRef } from 'preact/hooks';
import type { ObjectStage } from '../../stage/index.ts';
import type { Result } from '../state/state.ts';

export function useStage(stage: ObjectStage | undefined, result: Result, threshold: number): void {
  const { seen, arrived, object, mesh, spacing } = result;
  /** Batches of points that the stage has. */
  const added = useRef(0);
  useEffect(() => {
    if (!stage) return;
    // Another run begins with other seen points.
    added.current = 0;
    stage.clear();
    if (seen) stage.seen(seen);
  }, [stage, seen]);
  useEffect(() => {
    if (!stage || object) return;
    for (const batch of arrived.slice(added.current)) stage.addPoints(batch, spacing!);
    added.current = arrived.length;
  }, [stage, arrived, object, spacing]);
  useEffect(() => {
    if (stage && object && object.kept.logits.length > 0) stage.object(object.kept, object.spacing);
  }, [stage, object]);
  useEffect(() => {
    if (stage && object && object.kept.logits.length > 0) stage.threshold(threshold);
  }, [stage, object, threshold]);
  useEffect(() => {
    if (stage && mesh) stage.mesh(mesh.textured ?? mesh.mesh);
  }, [stage, mesh]);
}
