/** The photo: pointing at the object, choosing a mask, settings, and the button that starts. */
import { useEffect, useState } from 'preact/hooks';
import type { ShownPhoto } from '../state/state.ts';
import { Candidates } from './candidates.tsx';
import { useApp } from './context.tsx';
import { MaskSearch } from './maskSearch.tsx';
import { ObjectList } from './objectList.tsx';
import { OptionsFold } from './optionsFold.tsx';
import { PhotoView } from './photoView.tsx';
import { Progress } from './progress.tsx';
import { PromptList } from './promptList.tsx';
import { PromptTools, type Tool } from './promptTools.tsx';

export function PhotoPanel({ photo }: { photo: ShownPhoto }) {
  const app = useApp();
  const { engine, encoding, prompts, run, canPoint, canReconstruct, masked, current } = app.state;
  const [tool, setTool] = useState<Tool>('add');
  useEffect(() => {
    if (tool !== 'pick' || !canPoint.value) return;
    void app.picking.search().then((isThere) => isThere || setTool('add'));
  }, [app, tool, photo, canPoint.value]);
  const work = engine.value.kind === 'starting' ? engine.value : encoding.value;
  return (
    <section class="panel" aria-label="Photo">
      <PhotoView photo={photo} tool={tool} />
      {'what' in work ? <Progress what={work.what} share={work.share} /> : <PromptTools tool={tool} onTool={setTool} />}
      {canPoint.value && <ObjectList />}
      {tool === 'pick' && <MaskSearch />}
      {tool !== 'pick' && prompts.value.length === 0 && canPoint.value && (
        <p class="quiet">
          {current.value > 1 ? `Click object ${current.value}.` : 'Click the object.'} Click again to add to the mask,{' '}
          <kbd>Alt</kbd> click to remove, or drag a box.
        </p>
      )}
      <div class="row go">
        <Candidates photo={photo} />
        {run.value ? (
          <button
            type="button"
            class="large"
            disabled={run.value.isStopping}
            onClick={() => app.reconstruction.cancel()}
          >
            Cancel
          </button>
        ) : (
          <button
            type="button"
            class="primary large"
            disabled={!canReconstruct.value}
            onClick={() => void app.reconstruction.start()}
          >
            {masked.value.length > 1 ? `Reconstruct ${masked.value.length} objects` : 'Reconstruct'}
          </button>
        )}
      </div>
      <PromptList />
      {photo.notices.map((notice) => (
        <p key={notice} class="quiet">
          {notice}
        </p>
      ))}
      <OptionsFold photo={photo} />
    </section>
  );
}
