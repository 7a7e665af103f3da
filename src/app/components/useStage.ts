/** Puts onto the stage what is new in a result. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { joinPoints } from '../../pipeline/coloredPoints.ts';
import { Surface, type ObjectStage } from '../../stage/index.ts';
import type { Result } from '../state/state.ts';

/** @param isRunning of several objects, the surfaces are shown when all are made: until then points arrive among them */
export function useStage(stage: ObjectStage | undefined, result: Result, threshold: number, isRunning: boolean): void {
  const { arrived, object, mesh, spacing, made } = result;
  const seen = useMemo(() => {
    if (made.length === 0) return result.seen;
    return joinPoints([...made.map((one) => one.seen), ...(result.seen ? [result.seen] : [])]);
  }, [made, result.seen]);
  /** Batches of points that the stage has. */
  const added = useRef(0);
  useEffect(() => {
    if (!stage) return;
    // Another run begins with other seen points.
    added.current = 0;
    stage.clear();
    if (seen) stage.seen(seen);
    for (const one of made) stage.addPoints(one.object, one.object.spacing);
  }, [stage, seen, made]);
  useEffect(() => {
    if (!stage || object) return;
    for (const batch of arrived.slice(added.current)) stage.addPoints(batch, spacing!);
    added.current = arrived.length;
  }, [stage, arrived, object, spacing]);
  useEffect(() => {
    // Of several objects, those that are made stay beside it.
    if (stage && object && object.kept.logits.length > 0 && made.length === 0)
      stage.object(object.kept, object.spacing);
  }, [stage, object, made]);
  useEffect(() => {
    if (stage && object && object.kept.logits.length > 0 && made.length === 0) stage.threshold(threshold);
  }, [stage, object, threshold, made]);
  useEffect(() => {
    if (stage && mesh) stage.mesh(mesh.textured ?? mesh.mesh);
  }, [stage, mesh]);
  useEffect(() => {
    const meshes = made.flatMap((one) => (one.mesh ? [one.mesh.textured ?? one.mesh.mesh] : []));
    if (stage && !isRunning && meshes.length > 0) stage.mesh(Surface.of(...meshes));
  }, [stage, made, isRunning, seen]);
}
